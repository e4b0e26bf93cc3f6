import { BulkBody, type BulkOp } from '../cluster/bulk-body.ts'
import type { BulkLoader } from '../cluster/bulk-loader.ts'
import type { BulkOutcome } from '../cluster/bulk-outcome.ts'
import { addCounts, NO_COUNTS, type SlicePosition, type WorkCounts, type WorkItem } from '../coordination/work-store.ts'
import { throwIfAborted } from '../core/clock.ts'
import type { DocumentBatch } from '../source/document-batch.ts'
import { readDocuments } from '../source/read-documents.ts'
import { SourceLines } from '../source/source-lines.ts'
import type { RejectRecord } from './reject-record.ts'
import type { OpenSlice } from './slice-sources.ts'

/** How the documents of a slice are sent. */
export interface LoadOptions {
  readonly op: BulkOp
  readonly bulkBytes: number
  readonly bulkDocs: number
  /** Bodies that may be on their way at once. */
  readonly bodiesInFlight: number
  /** Whether the target wants a mapping type with each document. */
  readonly typed: boolean
}

/** Where a slice reports to. Calls come in order, one at a time; rejects are recorded before the position that passes them. */
export interface SliceProgress {
  reject(records: readonly RejectRecord[]): Promise<void>
  advance(position: SlicePosition, counts: WorkCounts): Promise<void>
}

/** What a loaded slice came to. */
export interface LoadedSlice {
  /** CRC-32 of the slice's bytes. */
  readonly checksum: number
  readonly counts: WorkCounts
}

/** A body with what it stands for. */
interface Shipment {
  readonly body: BulkBody
  /** Documents read since the shipment before, those without a source included. */
  read: number
  sourceBytes: number
  rejects: RejectRecord[]
  /** Where to go on once this and all before it are acknowledged. */
  position: SlicePosition | undefined
}

/**
 * Loads the documents of a slice from its position to its end: reads, packs and sends, with the next body being packed while
 * others are on their way. A position is reported only after every body up to it was acknowledged. Throws what reading and
 * loading throw; after a failure the slice goes on from the last reported position, which repeats at most the bodies in flight.
 */
export async function loadSlice(
  item: WorkItem,
  slice: OpenSlice,
  loader: BulkLoader,
  options: LoadOptions,
  progress: SliceProgress,
  signal: AbortSignal,
): Promise<LoadedSlice> {
  const free = Array.from({ length: options.bodiesInFlight + 1 }, () => newShipment(options))
  const underWay: { readonly shipment: Shipment; readonly outcome: Promise<BulkOutcome> }[] = []
  let counts = item.counts
  let current = free.pop()!
  let lastEnd: SlicePosition | undefined

  const settleOldest = async (): Promise<void> => {
    const { shipment, outcome } = underWay.shift()!
    const { position } = shipment
    const result = await outcome
    counts = addCounts(counts, countsOf(shipment, result, options.op))
    const rejects = [...shipment.rejects, ...result.rejects.map((reject) => refusedRecord(item, reject))]
    if (rejects.length > 0) await progress.reject(rejects)
    if (position !== undefined) await progress.advance(position, counts)
    free.push(emptied(shipment))
  }
  const ship = async (position: SlicePosition | undefined): Promise<void> => {
    current.position = position
    const outcome = loader.load(current.body, signal)
    outcome.catch(() => undefined) // Thrown in its turn by settleOldest.
    underWay.push({ shipment: current, outcome })
    if (free.length === 0) await settleOldest()
    current = free.pop()!
  }

  try {
    const lines = new SourceLines()
    const documents = readDocuments(slice.source, item.slice, item.position, {}, signal)
    let next = await documents.next()
    while (next.done !== true) {
      const batch = next.value
      lines.begin(batch)
      for (let place = 0; place < batch.count; place++) {
        if (!pack(item, slice, batch, place, lines, current, options)) {
          await ship(place === 0 ? lastEnd : batch.positionAfter(place - 1))
          pack(item, slice, batch, place, lines, current, options)
        }
      }
      lastEnd = batch.end
      next = await documents.next()
    }
    await ship(undefined)
    while (underWay.length > 0) await settleOldest()
    throwIfAborted(signal)
    return { checksum: next.value, counts }
  } finally {
    await Promise.allSettled(underWay.map(({ outcome }) => outcome))
  }
}

/** Puts a document into the shipment; false, and nothing changed, when the shipment has to leave first. */
function pack(
  item: WorkItem,
  slice: OpenSlice,
  batch: DocumentBatch,
  place: number,
  lines: SourceLines,
  shipment: Shipment,
  options: LoadOptions,
): boolean {
  const { index } = item.slice
  const id = batch.id(place)
  const routing = batch.routing(place)
  const type = batch.type(place) ?? slice.indexType
  const target = {
    index,
    id,
    ...(routing === undefined ? {} : { routing }),
    ...(options.typed && type !== undefined ? { type } : {}),
  }
  const problem = lines.find(batch, place) ? problemOf(lines) : NO_SOURCE
  if (problem !== undefined) {
    const source = problem === NO_SOURCE ? undefined : lines.bytes.slice(lines.start, lines.end)
    shipment.rejects.push({ item: item.id, doc: batch.doc(place), ...target, ...problem, ...(source && { source }) })
    shipment.read++
    return true
  }
  if (!shipment.body.add(target, lines.bytes, lines.start, lines.end)) return false
  shipment.read++
  shipment.sourceBytes += lines.end - lines.start
  return true
}

const NO_SOURCE = {
  class: 'sourceless',
  errorType: 'SOURCE_MISSING',
  reason: 'the document has no stored source',
} as const
const RAW_NEWLINE = {
  class: 'malformed',
  errorType: 'malformed_source',
  reason: 'the stored source has a raw line end inside a string, or is empty: it is not JSON',
} as const

/** A body is framed by line ends, so a source that still has one would be taken for two documents. */
function problemOf(lines: SourceLines): typeof RAW_NEWLINE | undefined {
  if (lines.end === lines.start) return RAW_NEWLINE
  if (!lines.rewritten) return undefined
  const newline = lines.bytes.indexOf(0x0a, lines.start)
  return newline !== -1 && newline < lines.end ? RAW_NEWLINE : undefined
}

function refusedRecord(item: WorkItem, reject: BulkOutcome['rejects'][number]): RejectRecord {
  return { item: item.id, ...reject }
}

function countsOf(shipment: Shipment, outcome: BulkOutcome, op: BulkOp): WorkCounts {
  const sourceless = shipment.rejects.filter((reject) => reject.class === 'sourceless').length
  const refusedBytes = outcome.rejects.reduce((total, reject) => total + reject.source.length, 0)
  return {
    ...NO_COUNTS,
    read: shipment.read,
    acknowledged: outcome.created + outcome.updated + (op === 'index' ? outcome.existing : 0),
    skipped: op === 'create' ? outcome.existing : 0,
    rejected: outcome.rejects.length + shipment.rejects.length - sourceless,
    sourceless,
    bytes: shipment.sourceBytes - refusedBytes,
  }
}

function newShipment({ bulkBytes, bulkDocs, op }: LoadOptions): Shipment {
  const body = new BulkBody({ maxBytes: bulkBytes, maxDocs: bulkDocs, op })
  return { body, read: 0, sourceBytes: 0, rejects: [], position: undefined }
}

function emptied(shipment: Shipment): Shipment {
  shipment.body.clear()
  return Object.assign(shipment, { read: 0, sourceBytes: 0, rejects: [], position: undefined })
}
