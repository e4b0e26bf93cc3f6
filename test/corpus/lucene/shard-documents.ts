import { crc32 } from 'node:zlib'
import { combineCrc32 } from '../../../src/codec/crc32.ts'
import { requireChecksum } from '../../../src/codec/lucene-envelope.ts'
import { Failure } from '../../../src/core/failure.ts'
import { readCommit } from '../../../src/lucene/commit.ts'
import type { Directory } from '../../../src/lucene/directory.ts'
import type { SortedColumn } from '../../../src/lucene/doc-values/columns.ts'
import { readNumericColumn, readSortedColumn } from '../../../src/lucene/doc-values/doc-values.ts'
import { readLiveDocs } from '../../../src/lucene/live-docs.ts'
import { openSegment, type Segment } from '../../../src/lucene/segment.ts'
import { chunkScratch } from '../../../src/lucene/stored-chunk.ts'
import { documentSpans, scanDocument, wantedFields } from '../../../src/lucene/stored-document.ts'
import { decodeChunk, openStoredFields, type StoredFields } from '../../../src/lucene/stored-fields.ts'
import { readStoredValues } from '../../../src/lucene/stored-values.ts'
import { decodeUid, splitUid } from '../../../src/lucene/uid.ts'

/** A live document with an id, as far as the Lucene readers know it. */
export interface FoundDocument {
  readonly type: string | undefined
  readonly id: string
  readonly routing: string | undefined
  readonly parent: string | undefined
  readonly source: string | undefined
}

const NAMES = ['_id', '_uid', '_routing', '_parent', '_source'] as const

/** Reads everything of a shard: every segment, every chunk of it, every document of those, and checks the checksums. */
export async function readShard(
  directory: Directory,
  signal: AbortSignal,
  onDocument: (document: FoundDocument) => void = () => undefined,
  onSegment: (segment: Segment, stored: StoredFields) => void = () => undefined,
): Promise<void> {
  const commit = await readCommit(directory, signal)
  for (const segmentCommit of commit.segments) {
    const segment = await openSegment(directory, segmentCommit, signal)
    const live = await readLiveDocs(segment, signal)
    const stored = await openStoredFields(segment, signal)
    onSegment(segment, stored)
    const parents = await readParents(segment, signal)
    const wanted = wantedFields(segment.fields, NAMES, stored.numbers, stored.fdt.name)
    const spans = documentSpans(NAMES.length)
    const scratch = chunkScratch()
    let crc = crc32(stored.head)
    let docs = 0
    let liveDocs = 0
    for (let chunk = 0; chunk < stored.chunkCount; chunk++) {
      const raw = await stored.fdt.read(stored.index.pointers[chunk]!, stored.index.pointers[chunk + 1]!, signal)
      crc = combineCrc32(crc, crc32(raw), raw.length)
      const decoded = decodeChunk(stored, raw, chunk, scratch)
      for (let place = 0; place < decoded.docCount; place++) {
        const doc = decoded.docBase + place
        docs++
        scanDocument(decoded, place, wanted, spans)
        const values = readStoredValues(decoded, place, segment.fields, stored.numbers, stored.fdt.name)
        for (const [slot, name] of NAMES.entries()) {
          const count = values.filter((value) => value.field.name === name).length
          if (count !== spans.counts[slot]) throw new Error(`${name} ${count} times, scanned ${spans.counts[slot]}`)
        }
        if (!live.isLive(doc)) continue
        liveDocs++
        const text = (slot: number): string | undefined =>
          spans.counts[slot] === 0
            ? undefined
            : Buffer.from(decoded.bytes.buffer, decoded.bytes.byteOffset).toString(
                'utf8',
                spans.starts[slot],
                spans.ends[slot],
              )
        const uid = text(1)
        if (uid === undefined && spans.counts[0] === 0) {
          if (values.length > 0) throw corrupt(segment, `live document ${doc} has fields but no id`)
          continue
        }
        const { type, id } =
          uid === undefined
            ? { type: undefined, id: decodeUid(decoded.bytes, spans.starts[0]!, spans.ends[0]!) }
            : splitUid(uid)
        const stored1x = text(3)
        const parent = stored1x === undefined ? parents(doc, type) : splitUid(stored1x).id
        onDocument({ type, id, routing: text(2), parent, source: text(4) })
      }
    }
    if (docs !== segment.maxDoc) throw new Error(`${docs} documents, maxDoc is ${segment.maxDoc}`)
    if (liveDocs !== live.count) throw new Error(`${liveDocs} live documents, counted are ${live.count}`)
    if (stored.checksum !== undefined) {
      const tail = stored.tail.subarray(0, stored.tail.length - 8)
      requireChecksum(combineCrc32(crc, crc32(tail), tail.length), stored.checksum, stored.fdt.name)
    }
  }
}

function corrupt(segment: Segment, detail: string): Failure {
  return new Failure('BLOB_CORRUPT', detail, { op: 'read', subject: `segment ${segment.name}` })
}

/** A NUMERIC column by document; undefined when the segment has none that this release reads. */
export async function readNumbers(
  segment: Segment,
  name: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, bigint> | undefined> {
  const field = segment.fields.byName.get(name)
  if (field?.docValuesType !== 'numeric') return undefined
  const { docs, values } = await readNumericColumn(segment, field, signal)
  const byDoc = new Map<number, bigint>()
  for (let doc = 0; doc < segment.maxDoc; doc++) {
    if (((docs.bits[doc >> 3]! >> (doc & 7)) & 1) === 1) byDoc.set(doc, values[byDoc.size]!)
  }
  if (byDoc.size !== values.length) throw corrupt(segment, `${byDoc.size} documents, ${values.length} values`)
  return byDoc
}

/** Parents of Elasticsearch 5: a column for each parent type, which holds a parent's own id, too. */
async function readParents(
  segment: Segment,
  signal: AbortSignal,
): Promise<(doc: number, type: string | undefined) => string | undefined> {
  const columns: { parentType: string; column: SortedColumn }[] = []
  for (const field of segment.fields.byNumber.values()) {
    if (field.name.startsWith('_parent#') && field.docValuesType === 'sorted') {
      const files = segment.hasFile(`_Lucene54_${field.attributes.get('PerFieldDocValuesFormat.suffix')!}.dvd`)
      if (files)
        columns.push({ parentType: field.name.slice(8), column: await readSortedColumn(segment, field, signal) })
    }
  }
  return (doc, type) => {
    for (const { parentType, column } of columns) {
      const ordinal = column.ordinals[doc]!
      if (ordinal === -1 || parentType === type) continue
      return Buffer.from(column.term(ordinal)).toString()
    }
    return undefined
  }
}
