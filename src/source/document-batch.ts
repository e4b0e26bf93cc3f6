import { Failure } from '../core/failure.ts'
import { wantedFields, documentSpans, scanDocument, StoredType, type WantedFields } from '../lucene/stored-document.ts'
import type { StoredChunk } from '../lucene/stored-chunk.ts'
import { decodeUid, isPlainUid, plainUidBound, writeUid } from '../lucene/uid.ts'
import type { DerivedIds } from './derived-ids.ts'
import type { SegmentSource } from './segment-source.ts'

/** Where reading can go on: everything of the slice before `doc` has been given out. */
export interface Position {
  /** Next document of the segment. */
  readonly doc: number
  /** CRC-32 of the slice's bytes before the chunk that holds `doc`. */
  readonly checksum: number
}

const FIELDS = ['_source', '_id', '_uid', '_routing', '_parent', '_recovery_source'] as const
const [SOURCE, ID, UID, ROUTING, PARENT, RECOVERY] = [0, 1, 2, 3, 4, 5] as const
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The names and roles of the fields that make a document, looked up once a segment. */
export function documentFields(source: SegmentSource): WantedFields {
  const { segment, stored } = source
  return wantedFields(segment.fields, FIELDS, stored.numbers, stored.fdt.name)
}

/**
 * The live root documents of one chunk as spans of its decompressed bytes, without an object a document. The same batch is
 * filled again for the next chunk: what is kept longer has to be copied.
 */
export class DocumentBatch {
  readonly #wanted: WantedFields
  readonly #derivedIds: DerivedIds | undefined
  readonly #spans = documentSpans(FIELDS.length)
  #count = 0
  #chunk: StoredChunk | undefined
  #bytes: Uint8Array = new Uint8Array(0)
  #chunkEndDoc = 0
  #checksumBefore = 0
  #checksumAfter = 0
  #docs = new Int32Array(256)
  /** Start and end of each wanted field of each document; a start of -1 says that it has none. */
  #ranges = new Int32Array(256 * 2 * FIELDS.length)

  /** @param derivedIds what makes identifiers that are not stored, loaded for each chunk before `fill`. */
  constructor(wanted: WantedFields, derivedIds?: DerivedIds) {
    this.#wanted = wanted
    this.#derivedIds = derivedIds
  }

  /** Number of documents. */
  get count(): number {
    return this.#count
  }

  /** The bytes that all spans refer to. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Number of the document in its segment. */
  doc(place: number): number {
    return this.#docs[place]!
  }

  /** First byte of the source; -1 when none is stored. */
  sourceStart(place: number): number {
    return this.#start(place, SOURCE)
  }

  sourceEnd(place: number): number {
    return this.#end(place, SOURCE)
  }

  /** First byte of the source that the server kept for its own recovery; -1 when there is none. */
  recoveryStart(place: number): number {
    return this.#start(place, RECOVERY)
  }

  recoveryEnd(place: number): number {
    return this.#end(place, RECOVERY)
  }

  /** The chunk that the documents are of, for what spans do not tell; valid as long as the batch. */
  get chunk(): StoredChunk {
    if (this.#chunk === undefined) throw new Error('the batch has not been filled')
    return this.#chunk
  }

  /** The `_id` as the server showed it. */
  id(place: number): string {
    const start = this.#start(place, ID)
    if (start !== -1) return decodeUid(this.#bytes, start, this.#end(place, ID), this.#wanted.subject)
    if (this.#start(place, UID) === -1 && this.#derivedIds !== undefined) return this.#derivedIds.id(this.#docs[place]!)
    const uid = this.#text(place, UID)
    return uid.slice(uid.indexOf('#') + 1)
  }

  /** Bytes that {@link writeId} takes at most; -1 when the id is not base64, so that only {@link id} gives it. */
  plainIdBound(place: number): number {
    const start = this.#start(place, ID)
    const end = this.#end(place, ID)
    return start !== -1 && isPlainUid(this.#bytes, start, end) ? plainUidBound(end - start) : -1
  }

  /** Writes a plain id and returns the offset behind it. */
  writeId(place: number, target: Uint8Array, at: number): number {
    return writeUid(this.#bytes, this.#start(place, ID), this.#end(place, ID), target, at)
  }

  /** The mapping type where each document stores its own (indices created before 6.0). */
  type(place: number): string | undefined {
    if (this.#start(place, UID) === -1) return undefined
    const uid = this.#text(place, UID)
    return uid.slice(0, uid.indexOf('#'))
  }

  /** Custom routing; undefined when the client gave none. */
  routing(place: number): string | undefined {
    return this.#start(place, ROUTING) === -1 ? undefined : this.#text(place, ROUTING)
  }

  /** Id of the parent document where it is stored (indices created before 5.0). */
  parent(place: number): string | undefined {
    if (this.#start(place, PARENT) === -1) return undefined
    const parent = this.#text(place, PARENT)
    return parent.slice(parent.indexOf('#') + 1)
  }

  /** Where to go on after the document at `place` and all before it. */
  positionAfter(place: number): Position {
    if (place >= this.#count - 1) return this.end
    return { doc: this.#docs[place]! + 1, checksum: this.#checksumBefore }
  }

  /** Where to go on after the whole chunk. */
  get end(): Position {
    return { doc: this.#chunkEndDoc, checksum: this.#checksumAfter }
  }

  /** Takes the live root documents of a chunk from number `fromDoc` on. `BLOB_CORRUPT` as {@link scanDocument}. */
  fill(
    chunk: StoredChunk,
    isLive: (doc: number) => boolean,
    fromDoc: number,
    checksums: { readonly before: number; readonly after: number },
  ): void {
    this.#chunk = chunk
    this.#bytes = chunk.bytes.subarray(0, chunk.starts[chunk.docCount])
    this.#count = 0
    this.#chunkEndDoc = chunk.docBase + chunk.docCount
    this.#checksumBefore = checksums.before
    this.#checksumAfter = checksums.after
    this.#reserve(chunk.docCount)
    for (let place = Math.max(0, fromDoc - chunk.docBase); place < chunk.docCount; place++) {
      // A nested child has no stored fields of its own; it travels inside the source of its root.
      const doc = chunk.docBase + place
      if ((chunk.fieldCounts[place] === 0 && this.#derivedIds?.has(doc) !== true) || !isLive(doc)) continue
      scanDocument(chunk, place, this.#wanted, this.#spans)
      if (this.#isRoot(doc)) this.#add(doc)
    }
  }

  /** A root has an id; a child without one may still have stored fields of the user's. */
  #isRoot(doc: number): boolean {
    const { counts, types } = this.#spans
    if (counts[ID] === 1 || counts[UID] === 1) {
      const typed = counts[ID] === 1 ? types[ID] === StoredType.bytes : types[UID] === StoredType.string
      if (!typed || counts[SOURCE]! > 1 || (counts[SOURCE] === 1 && types[SOURCE] !== StoredType.bytes)) {
        throw this.#corrupt(doc, 'its _id or _source is stored in an impossible form')
      }
      return true
    }
    if (counts[ID] !== 0 || counts[UID] !== 0) throw this.#corrupt(doc, 'it has more than one _id')
    if (this.#derivedIds?.has(doc) === true) return true
    if (counts[SOURCE] !== 0) throw this.#corrupt(doc, 'it has a _source but no _id')
    return false
  }

  #add(doc: number): void {
    const { counts, starts, ends } = this.#spans
    const base = this.#count * 2 * FIELDS.length
    for (let field = 0; field < FIELDS.length; field++) {
      this.#ranges[base + 2 * field] = counts[field] === 0 ? -1 : starts[field]!
      this.#ranges[base + 2 * field + 1] = ends[field]!
    }
    this.#docs[this.#count++] = doc
  }

  #start(place: number, field: number): number {
    return this.#ranges[(place * FIELDS.length + field) * 2]!
  }

  #end(place: number, field: number): number {
    return this.#ranges[(place * FIELDS.length + field) * 2 + 1]!
  }

  #text(place: number, field: number): string {
    const view = this.#bytes.subarray(this.#start(place, field), this.#end(place, field))
    try {
      return utf8.decode(view)
    } catch {
      throw this.#corrupt(this.#docs[place]!, `${FIELDS[field]!} is not valid UTF-8`)
    }
  }

  #reserve(documents: number): void {
    if (this.#docs.length >= documents) return
    this.#docs = new Int32Array(documents)
    this.#ranges = new Int32Array(documents * 2 * FIELDS.length)
  }

  #corrupt(doc: number, detail: string): Failure {
    return new Failure('BLOB_CORRUPT', `document ${doc}: ${detail}`, { op: 'decode', subject: this.#wanted.subject })
  }
}
