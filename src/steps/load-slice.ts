import type { BulkLoader } from '../cluster/bulk-loader.ts'
import type { BulkAddress, PlainId } from '../cluster/bulk-body.ts'
import type { Delivery, RebuiltSources, SlicePosition, WorkCounts, WorkItem } from '../coordination/work-store.ts'
import type { DocumentTransform } from '../config/config.ts'
import { Failure, isFailure } from '../core/failure.ts'
import type { AddedValues } from '../source/added-values.ts'
import type { DocumentBatch } from '../source/document-batch.ts'
import { EditedLines } from '../source/edited-lines.ts'
import { readDocuments } from '../source/read-documents.ts'
import { openRebuilder } from '../source/rebuild/open-rebuilder.ts'
import type { Rebuilder } from '../source/rebuild/rebuilder.ts'
import type { Sourceless } from '../source/rebuild/sourceless.ts'
import { destination } from './delivery.ts'
import { DocumentChanges } from './document-changes.ts'
import { LoadMemory } from './load-memory.ts'
import { rebuiltSources } from './rebuilt-sources.ts'
import type { Shipment } from './shipment.ts'
import { ShippingLane, type LaneOptions, type SliceProgress } from './shipping-lane.ts'
import type { OpenSlice } from './slice-sources.ts'

export type { SliceProgress } from './shipping-lane.ts'

/** How the documents of a slice are sent. */
export interface LoadOptions extends LaneOptions {
  /** Whether the target wants a mapping type with each document. */
  readonly typed: boolean
  /** What to do with documents whose source is not stored; the default is that of `sourcelessFor`. */
  readonly sourceless?: Sourceless
  /** What to change in every document; they go over byte for byte when absent. */
  readonly transform?: DocumentTransform
  /** That of the slices before, to be used again. */
  readonly memory?: LoadMemory
}

/** What a loaded slice came to. */
export interface LoadedSlice {
  /** CRC-32 of the slice's bytes. */
  readonly checksum: number
  readonly counts: WorkCounts
  /** What the rebuilt sources are worth; absent when none was to be rebuilt. */
  readonly rebuilt?: RebuiltSources
}

/**
 * Loads the documents of a slice from its position to its end: reads, packs and sends, with the next body being packed while
 * others are on their way. A position is reported only after every body up to it was acknowledged, and as soon as it was.
 * Throws what reading and loading throw; nothing is on its way any more then, and the slice goes on from the last reported
 * position, which repeats at most the bodies that were in flight.
 */
export async function loadSlice(
  item: WorkItem,
  slice: OpenSlice,
  loader: BulkLoader,
  options: LoadOptions,
  progress: SliceProgress,
  signal: AbortSignal,
): Promise<LoadedSlice> {
  // A data stream takes new documents only.
  const op = item.slice.delivery?.stream === undefined ? options.op : 'create'
  const { memory = new LoadMemory() } = options
  const lane = new ShippingLane(item, loader, { ...options, op }, memory, progress, signal)
  const packer = new Packer(item, slice, options)
  const { source, rebuild: index } = slice
  const rebuilder = index && (await openRebuilder(source, index, options.sourceless, signal))
  const documents = readDocuments(source, item.slice, item.position, { memory: memory.read }, signal)
  try {
    let shipment = lane.take()
    let lastEnd: SlicePosition | undefined
    let next = await documents.next()
    while (next.done !== true) {
      const batch = next.value
      await rebuilder?.begin(batch, signal)
      packer.begin(batch, rebuilder)
      for (let place = 0; place < batch.count; place++) {
        while (!packer.pack(batch, place, shipment)) {
          await lane.send(shipment, place === 0 ? lastEnd : batch.positionAfter(place - 1))
          shipment = lane.take()
        }
      }
      lastEnd = batch.end
      next = await documents.next()
    }
    await lane.send(shipment, undefined)
    await lane.arrived()
    const rebuilt = rebuilder && rebuiltSources([rebuilder.report()], item.position !== undefined)
    return { checksum: next.value, counts: lane.counts, ...(rebuilt === undefined ? {} : { rebuilt }) }
  } finally {
    await documents.return(0)
    await lane.cleared()
  }
}

/** Why a document is not sent. */
interface Problem {
  readonly class: string
  readonly errorType: string
  readonly reason: string
}

const UNCHANGEABLE = { class: 'transform', errorType: 'transform_failed' } as const
const NO_SOURCE = { class: 'sourceless', errorType: 'source_missing' } as const
const CLASH = { class: 'field-clash', errorType: 'field_clash' } as const
const NOT_JSON: Problem = {
  class: 'malformed',
  errorType: 'malformed_source',
  reason: 'the stored source has a raw line end inside a string, or is empty: it is not JSON',
}
const DUPLICATE: Problem = {
  class: 'duplicate-id',
  errorType: 'duplicate_id',
  reason: 'another mapping type of the index has a document of the same id, which an index without types cannot hold',
}

/** Puts the documents of a slice into shipments, those that must not be sent as rejects. */
class Packer {
  readonly #item: WorkItem
  readonly #indexType: string | undefined
  readonly #typed: boolean
  readonly #duplicates: ReadonlySet<number>
  readonly #sourceless: Sourceless | undefined
  readonly #lines = new EditedLines()
  readonly #added: readonly AddedValues[]
  readonly #delivery: Delivery | undefined
  readonly #changes: DocumentChanges | undefined
  readonly #target: { -readonly [K in keyof BulkAddress]: BulkAddress[K] }
  readonly #plainId = new BatchId()

  constructor(item: WorkItem, slice: OpenSlice, { typed, sourceless, transform }: LoadOptions) {
    this.#changes = transform && new DocumentChanges(transform)
    this.#sourceless = sourceless
    this.#item = item
    this.#delivery = item.slice.delivery
    this.#added = slice.added ?? []
    this.#indexType = slice.indexType
    this.#typed = typed
    this.#duplicates = new Set(typed ? [] : item.slice.duplicates)
    this.#target = { index: item.slice.index, id: '', routing: undefined, type: undefined }
  }

  begin(batch: DocumentBatch, rebuilder: Rebuilder | undefined): void {
    this.#lines.begin(batch, rebuilder, this.#added)
  }

  /** Puts a document into the shipment; false, and nothing changed, when the shipment has to leave first. */
  pack(batch: DocumentBatch, place: number, shipment: Shipment): boolean {
    const lines = this.#lines
    const problem = this.#findLine(batch, place)
    if (problem !== undefined) return this.#reject(batch, place, problem, shipment)
    const changed = this.#changes?.apply(lines.bytes, lines.start, lines.end)
    if (changed !== undefined && 'reason' in changed) {
      return this.#reject(batch, place, { ...UNCHANGEABLE, reason: changed.reason }, shipment)
    }
    const { bytes, start, end } =
      changed === undefined ? lines : { bytes: changed.json, start: 0, end: changed.json.length }
    // The same object for every document: the body reads it and keeps nothing of it.
    const target = this.#target
    target.id = this.#plainId.take(batch, place) ? this.#plainId : batch.id(place)
    if (this.#delivery !== undefined) target.index = this.#destination(batch, place)
    target.routing = batch.routing(place)
    if (this.#typed) target.type = batch.type(place) ?? this.#indexType
    if (!shipment.body.add(target, bytes, start, end)) return false
    shipment.sent(end - start)
    return true
  }

  #destination(batch: DocumentBatch, place: number): string {
    return destination(this.#item.slice.index, batch.type(place) ?? this.#indexType, this.#delivery)
  }

  #findLine(batch: DocumentBatch, place: number): Problem | undefined {
    try {
      const problem = this.#lines.find(batch, place)
      if (problem?.kind === 'missing') return this.#withoutSource(batch, place, problem.reason)
      if (problem !== undefined) return { ...CLASH, reason: problem.reason }
    } catch (error) {
      // If it is the file that is damaged, its checksum says so at the end; until then it is this document's own fault.
      if (!isFailure(error, 'BLOB_CORRUPT', 'FORMAT_UNSUPPORTED')) throw error
      if (batch.sourceStart(place) === -1) {
        return this.#withoutSource(batch, place, `the source is not stored and cannot be rebuilt: ${error.message}`)
      }
      return { ...NOT_JSON, reason: `the stored source cannot be decoded: ${error.detail}` }
    }
    if (this.#duplicates.size > 0 && this.#duplicates.has(batch.doc(place))) return DUPLICATE
    return isOneLine(this.#lines) ? undefined : NOT_JSON
  }

  #withoutSource(batch: DocumentBatch, place: number, reason: string): Problem {
    if (this.#sourceless !== 'fail') return { ...NO_SOURCE, reason }
    throw new Failure('SOURCE_MISSING', reason, {
      op: 'load',
      subject: `document ${JSON.stringify(batch.id(place))} of index ${JSON.stringify(this.#item.slice.index)}`,
    })
  }

  #reject(batch: DocumentBatch, place: number, problem: Problem, shipment: Shipment): boolean {
    const routing = batch.routing(place)
    const type = batch.type(place) ?? this.#indexType
    return shipment.reject({
      item: this.#item.id,
      doc: batch.doc(place),
      index: this.#destination(batch, place),
      id: batch.id(place),
      ...(routing === undefined ? {} : { routing }),
      ...(type === undefined ? {} : { type }),
      ...problem,
      ...(problem.class === NO_SOURCE.class ? {} : { source: this.#sourceOf(batch, place, problem) }),
    })
  }

  /** As it would have been sent, or as it is stored when that is what cannot be sent. */
  #sourceOf(batch: DocumentBatch, place: number, problem: Problem): Uint8Array {
    const { bytes, start, end } = this.#lines
    return problem === DUPLICATE || problem.class === UNCHANGEABLE.class
      ? bytes.slice(start, end)
      : batch.bytes.slice(batch.sourceStart(place), batch.sourceEnd(place))
  }
}

/** The id of the document that is being packed, as bytes; one object for all documents. */
class BatchId implements PlainId {
  bound = 0
  #batch: DocumentBatch | undefined
  #place = 0

  /** False when the id has to be decoded. */
  take(batch: DocumentBatch, place: number): boolean {
    this.bound = batch.plainIdBound(place)
    this.#batch = batch
    this.#place = place
    return this.bound !== -1
  }

  write(buffer: Uint8Array, at: number): number {
    return this.#batch!.writeId(this.#place, buffer, at)
  }
}

/** A body is framed by line ends, so a source that still has one would be taken for two documents. */
function isOneLine(lines: EditedLines): boolean {
  if (lines.end === lines.start) return false
  if (!lines.rewritten) return true
  const newline = lines.bytes.indexOf(0x0a, lines.start)
  return newline === -1 || newline >= lines.end
}
