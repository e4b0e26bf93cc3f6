import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync, existsSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, messageOf } from '../../core/failure.ts'
import type { Plan } from '../../plan/plan.ts'

/** Paths of everything that belongs to one workflow; the folder can be copied elsewhere and still be read. */
export interface WorkflowFolder {
  readonly name: string
  readonly path: string
  readonly plan: string
  readonly journal: string
  /** Present while a stop is wanted. */
  readonly stopRequest: string
  /** Folder with a file for each step that a person has let pass. */
  readonly approvals: string
  /** What the runner process itself printed; empty in good runs. */
  readonly runnerLog: string
  /** Folder of NDJSON files with documents that were refused for good. */
  readonly rejects: string
}

/** The folder of the workflow `name` under the state folder `home`; it may not exist yet. */
export function workflowFolder(home: string, name: string): WorkflowFolder {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
    throw new Failure('USAGE', 'a workflow name has lower-case letters, digits and hyphens only, at most 63', {
      op: 'name',
      subject: `workflow '${name}'`,
    })
  }
  const path = join(home, 'workflows', name)
  return {
    name,
    path,
    plan: join(path, 'plan.json'),
    journal: join(path, 'journal'),
    stopRequest: join(path, 'stop'),
    approvals: join(path, 'approvals'),
    runnerLog: join(path, 'runner.log'),
    rejects: join(path, 'rejects'),
  }
}

/** Names of all workflows under `home`, in no particular order. */
export function listWorkflows(home: string): readonly string[] {
  try {
    return readdirSync(join(home, 'workflows')).filter((name) => existsSync(join(home, 'workflows', name, 'journal')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw stateFailure('list', join(home, 'workflows'), error)
  }
}

/** Makes the folder and writes the plan into it. `STATE_UNWRITABLE`, `STORE_FULL`. */
export function createWorkflowFolder(folder: WorkflowFolder, plan: Plan): void {
  try {
    mkdirSync(folder.rejects, { recursive: true, mode: 0o700 })
    writeFileSync(`${folder.plan}.new`, JSON.stringify(plan, undefined, 2), { mode: 0o600 })
    renameSync(`${folder.plan}.new`, folder.plan)
  } catch (error) {
    throw stateFailure('create', folder.path, error)
  }
}

/** The plan of a workflow. `WORKFLOW_NOT_FOUND`, `STATE_CORRUPT`. */
export function readPlan(folder: WorkflowFolder): Plan {
  try {
    // Written by this program and never edited; a plan of another schema version is refused by its number.
    const plan = JSON.parse(readFileSync(folder.plan, 'utf8')) as Plan
    if ((plan.schemaVersion as number) !== 1) throw new Error(`plan of schema version ${String(plan.schemaVersion)}`)
    return plan
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw workflowNotFound(folder.name, [])
    throw new Failure('STATE_CORRUPT', messageOf(cause), { op: 'read', subject: folder.plan, cause })
  }
}

/** Leaves a wish to stop for the runner, which looks for it a few times a second. */
export function requestStop(folder: WorkflowFolder): void {
  try {
    writeFileSync(folder.stopRequest, '', { mode: 0o600 })
  } catch (error) {
    throw stateFailure('stop', folder.path, error)
  }
}

/** True when a stop is wanted. */
export function stopRequested(folder: WorkflowFolder): boolean {
  return existsSync(folder.stopRequest)
}

/** Takes the wish to stop back. */
export function clearStopRequest(folder: WorkflowFolder): void {
  if (existsSync(folder.stopRequest)) unlinkSync(folder.stopRequest)
}

/** Lets a step pass its gate, now or when it gets there. */
export function approve(folder: WorkflowFolder, step: string): void {
  try {
    mkdirSync(folder.approvals, { recursive: true, mode: 0o700 })
    writeFileSync(join(folder.approvals, step.replaceAll('/', '.')), '', { mode: 0o600 })
  } catch (error) {
    throw stateFailure('approve', folder.path, error)
  }
}

/** True when a person has let the step pass. */
export function isApproved(folder: WorkflowFolder, step: string): boolean {
  return existsSync(join(folder.approvals, step.replaceAll('/', '.')))
}

/** The failure for a name that is not there. */
export function workflowNotFound(name: string | undefined, known: readonly string[]): Failure {
  const others = known.length === 0 ? 'there are no workflows' : `there are ${known.join(', ')}`
  return new Failure('WORKFLOW_NOT_FOUND', others, {
    op: 'find',
    subject: name === undefined ? 'a workflow' : `workflow ${name}`,
    hint: known.length === 0 ? 'Start one with workflow submit.' : 'List the workflows with workflow list.',
  })
}

function stateFailure(op: string, subject: string, cause: unknown): Failure {
  const code = (cause as NodeJS.ErrnoException).code
  return new Failure(code === 'ENOSPC' ? 'STORE_FULL' : 'STATE_UNWRITABLE', messageOf(cause), { op, subject, cause })
}
