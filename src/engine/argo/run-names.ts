/** Labels that all objects of the program carry. */
export const NAME_LABEL = 'app.kubernetes.io/name'
export const PART_OF_LABEL = 'app.kubernetes.io/part-of'
/** What an object is: see {@link Component}. */
export const COMPONENT_LABEL = 'app.kubernetes.io/component'
/** Id of the step that an object belongs to, with `.` for `/`. */
export const STEP_LABEL = 'backfill-workflow/step'
/** Number of the attempt that a Workflow is; the first is 1. */
export const ATTEMPT_LABEL = 'backfill-workflow/attempt'
/** The first digits of the configuration's digest, on the root of a run. */
export const DIGEST_LABEL = 'backfill-workflow/config-digest'

/** Value of {@link NAME_LABEL}, and name of the WorkflowTemplate that the chart installs. */
export const PROGRAM_NAME = 'backfill-workflow'

/** What an object of a run is. */
export type Component = 'run' | 'plan' | 'credentials' | 'workflow' | 'journal' | 'step'

/** Where pods find the Secrets that a plan names: a folder for each Secret, with a file for each key. */
export const SECRETS_FOLDER = '/run/workflow/secrets'

/** Labels of an object of a run. */
export function runLabels(run: string, component: Component): Readonly<Record<string, string>> {
  return { [NAME_LABEL]: PROGRAM_NAME, [PART_OF_LABEL]: run, [COMPONENT_LABEL]: component }
}

/** A selector for the objects of one component, of one run or of all. */
export function selector(component: Component, run?: string): string {
  const own = run === undefined ? '' : `,${PART_OF_LABEL}=${run}`
  return `${NAME_LABEL}=${PROGRAM_NAME},${COMPONENT_LABEL}=${component}${own}`
}

/** A step's id as label values and object names can hold it: `m1g1.restore-documents`. */
export function stepLabel(step: string): string {
  return step.replaceAll('/', '.')
}

/** Name of the ConfigMap with the journal of a step: `migration-abc123-m1-register-snapshot`. */
export function journalName(run: string, step: string): string {
  return `${run}-${step.replaceAll('/', '-')}`
}

/** Name of the ConfigMap with a part of the plan. */
export function planPartName(run: string, part: number): string {
  return `${run}-plan-${part}`
}

/** Name of the Secret with what the plan refers to and is not in Secrets of the user's own. */
export function credentialsName(run: string): string {
  return `${run}-credentials`
}

/** Name of the Workflow of an attempt: that of the run, `-r2`, `-r3`… for later ones. */
export function workflowName(run: string, attempt: number): string {
  return attempt === 1 ? run : `${run}-r${attempt}`
}
