import { counted } from '../core/units.ts'
import { easeTargets } from './load-settings.ts'
import { groupOf } from './plan-parts.ts'
import { planSlices } from './plan-slices.ts'
import { forEachShard, groupShards, type GroupShard } from './snapshot-shards.ts'
import { generationWaves, prepareGeneration } from './stream-generations.ts'
import type { StepContext, StepInput } from './step.ts'

/**
 * The first part of a load whose parts run in processes of their own: spares the target work while documents are loaded, and
 * writes the work items of every shard that can be loaded at once. Run again, it adds what is missing. Codes as `groupShards`
 * and `planSlices`.
 */
export async function planLoad(input: StepInput, context: StepContext): Promise<void> {
  await easeTargets(input, context)
  let planned = 0
  await planGeneration(input, 0, context, (of) =>
    context.progress({ message: `${++planned} of ${counted(of, 'shard')} planned` }),
  )
}

/** Makes data streams ready for a generation and writes the work items of its shards, when all before it is loaded. */
export async function planGeneration(
  input: StepInput,
  generation: number,
  context: StepContext,
  onPlanned: (of: number) => void = () => undefined,
): Promise<void> {
  const waves = generationWaves(await groupShards(input, context), groupOf(input.plan, input.step).indices)
  const due = waves[generation] ?? []
  await prepareGeneration(input, generation, context)
  await planShards(due, context, context.signal, () => onPlanned(due.length))
}

/** Writes the work items of shards, several shards at a time. */
export async function planShards(
  shards: readonly GroupShard[],
  { work }: Pick<StepContext, 'work'>,
  signal: AbortSignal,
  onPlanned: () => void = () => undefined,
): Promise<void> {
  await forEachShard(
    shards,
    async (shard, of) => {
      await work.plan(await planSlices(shard, of, signal))
      onPlanned()
    },
    signal,
  )
}
