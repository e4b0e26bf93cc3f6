import { BulkBody, type BulkOp } from '../cluster/bulk-body.ts'
import type { BulkOutcome } from '../cluster/bulk-outcome.ts'
import { NO_COUNTS, type SlicePosition, type WorkCounts } from '../coordination/work-store.ts'
import type { RejectRecord } from './reject-record.ts'

/** Bounds of one shipment. */
export interface ShipmentOptions {
  readonly op: BulkOp
  /** Bytes of a body; a single document larger than this travels alone. The rejects of a shipment have the same bound. */
  readonly bulkBytes: number
  readonly bulkDocs: number
}

/** A bulk body with all that it stands for: the documents of a slice from the shipment before up to a position. */
export class Shipment {
  readonly body: BulkBody
  readonly #options: ShipmentOptions
  #rejects: RejectRecord[] = []
  #rejectBytes = 0
  #sourceBytes = 0
  /** Where to go on once this shipment and all before it are acknowledged. */
  position: SlicePosition | undefined

  constructor(options: ShipmentOptions) {
    this.#options = options
    this.body = new BulkBody({ maxBytes: options.bulkBytes, maxDocs: options.bulkDocs, op: options.op })
  }

  /** Documents that are not sent at all. */
  get rejects(): readonly RejectRecord[] {
    return this.#rejects
  }

  /** Notes a document that went into the body. */
  sent(sourceBytes: number): void {
    this.#sourceBytes += sourceBytes
  }

  /** Takes a document that is not sent; false, and nothing taken, when the shipment has to leave first. */
  reject(record: RejectRecord): boolean {
    const { bulkBytes, bulkDocs } = this.#options
    if (this.#rejects.length >= bulkDocs || this.#rejectBytes >= bulkBytes) return false
    this.#rejects.push(record)
    this.#rejectBytes += record.source?.length ?? 0
    return true
  }

  /** What became of its documents, given what became of its body. */
  counts(outcome: BulkOutcome): WorkCounts {
    const sourceless = this.#rejects.filter((reject) => reject.class === 'sourceless').length
    const refusedBytes = outcome.rejects.reduce((total, reject) => total + reject.source.length, 0)
    const { created, updated, existing } = outcome
    return {
      ...NO_COUNTS,
      read: this.body.docs + this.#rejects.length,
      acknowledged: created + updated,
      skipped: existing,
      rejected: outcome.rejects.length + this.#rejects.length - sourceless,
      sourceless,
      bytes: this.#sourceBytes - refusedBytes,
    }
  }

  /** Empties it for the next documents. */
  clear(): void {
    this.body.clear()
    this.#rejects = []
    this.#rejectBytes = 0
    this.#sourceBytes = 0
    this.position = undefined
  }
}
