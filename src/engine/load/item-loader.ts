import type { StepContext, StepInput } from '../../steps/step.ts'

/** Loads the work items of a step with the engine's workers until none is pending and none can become so. */
export type ItemLoader = (input: StepInput, context: StepContext) => Promise<void>
