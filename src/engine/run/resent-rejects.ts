import { BulkBody, type BulkOp, type BulkTarget } from '../../cluster/bulk-body.ts'
import { openBulkLoader, type BulkLoader } from '../../cluster/bulk-loader.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { AdaptiveLimit } from '../../cluster/concurrency.ts'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import type { PlannedGroup } from '../../plan/plan.ts'
import { rejectLine, type RejectRecord } from '../../steps/reject-record.ts'
import type { RejectSink } from '../load/reject-sink.ts'
import type { RejectsRetried, RetriedIndex } from './run-events.ts'

/** What sending rejects again takes from its surroundings. */
export interface ResendWorld {
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
}

/**
 * Sends rejects in bodies, one after the other, and writes down those that are refused again, and those that cannot be sent: without
 * a source, no JSON, or with an id that another type has. Codes as `openBulkLoader`.
 */
export class ResentRejects {
  readonly #loader: BulkLoader
  readonly #left: RejectSink
  readonly #onDelivered: (reject: RejectRecord) => void
  readonly #signal: AbortSignal
  readonly #bodies: Readonly<Record<BulkOp, BulkBody>>
  readonly #op: BulkOp
  /** Data streams, which take new documents only. */
  readonly #streams: ReadonlySet<string>
  #body: BulkBody
  /** By what the target's answer names: the rejects in the body. */
  readonly #sent = new Map<string, RejectRecord>()
  readonly #seen = new Set<string>()
  readonly #indices: Record<string, RetriedIndex> = {}
  /** Of the document that was put into the body last. */
  #bodyIndex = ''
  #acknowledged = 0
  #rejected = 0

  constructor(
    cluster: Cluster,
    left: RejectSink,
    { backfill, indices }: Pick<PlannedGroup, 'backfill' | 'indices'>,
    { clock, random, signal }: ResendWorld,
    onDelivered: (reject: RejectRecord) => void = () => undefined,
  ) {
    const { bulkBytes, bulkDocs, onConflict, compression } = backfill
    const limit = new AdaptiveLimit({ max: 1 }, clock)
    this.#loader = openBulkLoader(cluster, limit, { compression: compression ?? 'none' }, clock, random)
    this.#left = left
    this.#signal = signal
    this.#onDelivered = onDelivered
    const body = (op: BulkOp): BulkBody => new BulkBody({ maxBytes: bulkBytes, maxDocs: bulkDocs, op })
    this.#bodies = { index: body('index'), create: body('create') }
    this.#op = onConflict === 'skip' ? 'create' : 'index'
    this.#body = this.#bodies[this.#op]
    this.#streams = new Set(indices.flatMap(({ stream }) => stream ?? []))
  }

  /** Sends a reject with others, some time before {@link finish} returns; one that was taken before is left out. */
  async take(reject: RejectRecord): Promise<void> {
    const key = keyOf(reject)
    // After a crash a document may have been recorded twice.
    const identity = `${reject.class === 'duplicate-id' ? `${reject.item} ${reject.doc ?? ''}` : ''}${key}`
    if (this.#seen.has(identity)) return
    this.#seen.add(identity)
    const source = sendable(reject)
    if (source === undefined) return this.#keep([reject])
    const { index, id, routing, type } = reject
    const op = this.#streams.has(index) ? 'create' : this.#op
    if (this.#body.op !== op) await this.#send()
    this.#body = this.#bodies[op]
    // The answer tells how many were there already but not which, so these bodies are of one index each.
    const from = sourceIndex(reject)
    if (op === 'create' && from !== this.#bodyIndex) await this.#send()
    this.#bodyIndex = from
    while (!this.#body.add({ index, id, routing, type }, source, 0, source.length)) await this.#send()
    this.#sent.set(key, reject)
  }

  /** Sends what is left. */
  async finish(): Promise<void> {
    await this.#send()
  }

  /** What came of all that were taken. */
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
    for (const [key, reject] of this.#sent) {
      if (again.has(key)) continue
      this.#add(sourceIndex(reject), { bytes: reject.source!.length })
      this.#onDelivered(reject)
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
      this.#add(sourceIndex(reject), reject.class === 'sourceless' ? { sourceless: 1 } : { rejected: 1 })
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
const NEVER_SENT: ReadonlySet<string> = new Set(['sourceless', 'malformed', 'field-clash', 'transform', 'duplicate-id'])
const LINE_FEED = 0x0a

/** Index of the snapshot that the document is of; on the target it may have gone elsewhere. */
function sourceIndex({ item }: RejectRecord): string {
  return item.slice(0, item.indexOf('/'))
}

/** What to send; undefined when the reject cannot be sent. */
function sendable({ class: kind, source }: RejectRecord): Uint8Array | undefined {
  return NEVER_SENT.has(kind) || source?.includes(LINE_FEED) !== false ? undefined : source
}

function keyOf({ index, id, routing, type }: BulkTarget): string {
  return JSON.stringify([index, id, routing ?? null, type ?? null])
}
