import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isFailure, Failure, messageOf } from '../../core/failure.ts'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import type { Plan, PlannedStep } from '../../plan/plan.ts'
import type { Clusters } from '../../steps/clusters.ts'
import { groupOf, migrationOf } from '../../steps/plan-parts.ts'
import { Journal } from './journal.ts'
import { acquireLock } from './lock.ts'
import { RejectFile, rejectFilePath } from './reject-file.ts'
import { readRejects } from './reject-lines.ts'
import { ResentRejects } from '../run/resent-rejects.ts'
import type { RejectsRetried } from '../run/run-events.ts'
import { foldEvents } from '../run/run-state.ts'
import { readPlan, type WorkflowFolder } from './workflow-folder.ts'

/** What sending rejects again takes from its surroundings. */
export interface RetryParts {
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly clusters: Clusters
}

const BEAT_MS = 2000

/**
 * Sends the rejected documents of a finished run again, step by step, and replaces each file of rejects at once by what is
 * still refused. Documents that cannot be sent (no source, no JSON, an id that another type has) stay as they are. Interrupted,
 * it leaves the files as they were; sending a document twice is harmless. `WORKFLOW_LOCKED` while a runner works on the run,
 * `USAGE` when it has not finished, and codes as `openBulkLoader`.
 */
export async function retryRejects(folder: WorkflowFolder, parts: RetryParts): Promise<readonly RejectsRetried[]> {
  const { clock, random } = parts
  const lock = acquireLock(folder.path, clock, random)
  const background = new AbortController()
  const beating = beatUntil(background.signal, clock, () => lock.beat())
  try {
    const plan = readPlan(folder)
    const { journal, events } = Journal.open(folder.journal)
    try {
      requireFinished(folder, foldEvents(events).outcome)
      const results: RejectsRetried[] = []
      for (const step of plan.steps.filter(({ kind }) => kind === 'restore-documents')) {
        const path = rejectFilePath(folder.rejects, step.id)
        if (!existsSync(path)) continue
        const retried = await retryFile(path, join(folder.path, 'rejects.new'), plan, step, parts)
        journal.append({ at: clock.now(), type: 'rejects-retried', ...retried }, { durable: true })
        results.push(retried)
      }
      return results
    } finally {
      journal.close()
    }
  } finally {
    background.abort()
    await beating
    lock.release()
  }
}

function requireFinished({ name }: WorkflowFolder, outcome: string | undefined): void {
  if (outcome === 'finished') return
  throw new Failure('USAGE', 'it has not finished yet', {
    op: 'retry rejects of',
    subject: `workflow ${name}`,
    hint: `Let it finish first: workflow resume ${name}`,
  })
}

async function retryFile(
  path: string,
  newPath: string,
  plan: Plan,
  step: PlannedStep,
  parts: RetryParts,
): Promise<RejectsRetried> {
  const { clock, random, signal } = parts
  const cluster = await parts.clusters.target(migrationOf(plan, step).target)
  rmSync(newPath, { force: true })
  const left = new RejectFile(newPath)
  const resend = new ResentRejects(cluster, left, groupOf(plan, step), { clock, random, signal })
  try {
    await left.append(new Uint8Array(0)) // So that the file exists even when nothing is left.
    for await (const reject of readRejects(path)) await resend.take(reject)
    await resend.finish()
    await left.close()
    renameSync(newPath, path)
  } catch (error) {
    await left.close()
    if (isFailure(error)) throw error
    throw new Failure('STATE_UNWRITABLE', messageOf(error), { op: 'replace', subject: path, cause: error })
  }
  return { step: step.id, ...resend.result() }
}

async function beatUntil(signal: AbortSignal, clock: Clock, beat: () => void): Promise<void> {
  for (;;) {
    try {
      await clock.sleep(BEAT_MS, signal)
    } catch {
      return
    }
    beat()
  }
}
