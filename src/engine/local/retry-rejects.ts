import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { BulkBody, type BulkTarget } from '../../cluster/bulk-body.ts'
import { openBulkLoader, type BulkLoader } from '../../cluster/bulk-loader.ts'
import { AdaptiveLimit } from '../../cluster/concurrency.ts'
import { isFailure, Failure, messageOf } from '../../core/failure.ts'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import type { Plan, PlannedStep } from '../../plan/plan.ts'
import type { Clusters } from '../../steps/clusters.ts'
import { groupOf, migrationOf } from '../../steps/plan-parts.ts'
import { rejectLine, type RejectRecord } from '../../steps/reject-record.ts'
import { Journal } from './journal.ts'
import { acquireLock } from './lock.ts'
import { RejectFile, rejectFilePath } from './reject-file.ts'
import { readRejects } from './reject-lines.ts'
import type { RejectsRetried, RetriedIndex } from '../run/run-events.ts'
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
  const { backfill } = groupOf(plan, step)
  const limit = new AdaptiveLimit({ max: 1 }, clock)
  const compression = backfill.compression ?? 'none'
  const loader = openBulkLoader(cluster, limit, { compression }, clock, random)
  rmSync(newPath, { force: true })
  const left = new RejectFile(newPath)
  const retry = new Retry(loader, left, backfill, signal)
  try {
    await left.append(new Uint8Array(0)) // So that the file exists even when nothing is left.
    for await (const reject of readRejects(path)) await retry.take(reject)
    await retry.finish()
    await left.close()
    renameSync(newPath, path)
  } catch (error) {
    await left.close()
    if (isFailure(error)) throw error
    throw new Failure('STATE_UNWRITABLE', messageOf(error), { op: 'replace', subject: path, cause: error })
  }
  return { step: step.id, ...retry.result() }
}

/** Sends rejects in bodies, one after the other, and writes down those that are refused again. */
class Retry {
  readonly #loader: BulkLoader
  readonly #left: RejectFile
  readonly #signal: AbortSignal
  readonly #body: BulkBody
  /** By what the target's answer names: the rejects in the body. */
  readonly #sent = new Map<string, RejectRecord>()
  readonly #seen = new Set<string>()
  readonly #indices: Record<string, RetriedIndex> = {}
  /** Of the document that was put into the body last. */
  #bodyIndex = ''
  #acknowledged = 0
  #rejected = 0

  constructor(
    loader: BulkLoader,
    left: RejectFile,
    { bulkBytes, bulkDocs, onConflict }: ReturnType<typeof groupOf>['backfill'],
    signal: AbortSignal,
  ) {
    this.#loader = loader
    this.#left = left
    this.#signal = signal
    const op = onConflict === 'skip' ? 'create' : 'index'
    this.#body = new BulkBody({ maxBytes: bulkBytes, maxDocs: bulkDocs, op })
  }

  async take(reject: RejectRecord): Promise<void> {
    const key = keyOf(reject)
    // After a crash a document may have been recorded twice.
    const identity = `${reject.class === 'duplicate-id' ? `${reject.item} ${reject.doc ?? ''}` : ''}${key}`
    if (this.#seen.has(identity)) return
    this.#seen.add(identity)
    const source = sendable(reject)
    if (source === undefined) return this.#keep([reject])
    const { index, id, routing, type } = reject
    // The answer tells how many were there already but not which, so these bodies are of one index each.
    if (this.#body.op === 'create' && index !== this.#bodyIndex) await this.#send()
    this.#bodyIndex = index
    while (!this.#body.add({ index, id, routing, type }, source, 0, source.length)) await this.#send()
    this.#sent.set(key, reject)
  }

  async finish(): Promise<void> {
    await this.#send()
  }

  result(): Omit<RejectsRetried, 'step'> {
    return { acknowledged: this.#acknowledged, rejected: this.#rejected, indices: this.#indices }
  }

  async #send(): Promise<void> {
    if (this.#body.docs === 0) return
    const outcome = await this.#loader.load(this.#body, this.#signal)
    const refused = outcome.rejects.map((reject): RejectRecord => {
      const { item, doc } = this.#sent.get(keyOf(reject))!
      return { item, ...(doc === undefined ? {} : { doc }), ...reject }
    })
    const again = new Set(refused.map(keyOf))
    for (const [key, { index, source }] of this.#sent) {
      if (!again.has(key)) this.#add(index, { bytes: source!.length })
    }
    this.#acknowledged += outcome.created + outcome.updated
    if (outcome.existing > 0) this.#add(this.#bodyIndex, { skipped: outcome.existing })
    await this.#keep(refused)
    this.#body.clear()
    this.#sent.clear()
  }

  async #keep(rejects: readonly RejectRecord[]): Promise<void> {
    if (rejects.length === 0) return
    await this.#left.append(Buffer.from(rejects.map(rejectLine).join(''), 'utf8'))
    this.#rejected += rejects.length
    for (const reject of rejects) {
      this.#add(reject.index, reject.class === 'sourceless' ? { sourceless: 1 } : { rejected: 1 })
    }
  }

  #add(index: string, more: Partial<RetriedIndex>): void {
    const { bytes, skipped, rejected, sourceless } = this.#indices[index] ?? NOTHING
    this.#indices[index] = {
      bytes: bytes + (more.bytes ?? 0),
      skipped: skipped + (more.skipped ?? 0),
      rejected: rejected + (more.rejected ?? 0),
      sourceless: sourceless + (more.sourceless ?? 0),
    }
  }
}

const NOTHING: RetriedIndex = { bytes: 0, skipped: 0, rejected: 0, sourceless: 0 }
/** Reasons that sending a document again does not change; the last one would even overwrite another document. */
const NEVER_SENT: ReadonlySet<string> = new Set(['sourceless', 'malformed', 'duplicate-id'])
const LINE_FEED = 0x0a

/** What to send; undefined when the reject cannot be sent. */
function sendable({ class: kind, source }: RejectRecord): Uint8Array | undefined {
  return NEVER_SENT.has(kind) || source?.includes(LINE_FEED) !== false ? undefined : source
}

function keyOf({ index, id, routing, type }: BulkTarget): string {
  return JSON.stringify([index, id, routing ?? null, type ?? null])
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
