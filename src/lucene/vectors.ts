import { Failure } from '../core/failure.ts'
import { ByteCursor } from '../core/byte-cursor.ts'
import { readDocSetMeta, type DocSetMeta } from './doc-values/doc-set.ts'
import { openSlots } from './doc-values/open-slots.ts'
import { RegionReader, verifiedBody } from './doc-values/region-reader.ts'
import type { BytesColumn } from './doc-values/column.ts'
import type { FieldInfo } from './field-infos.ts'
import { littleEndianFormat, readHeader, readMetadataFile } from './metadata-file.ts'
import { readMonotonicMeta } from './monotonic.ts'
import type { Segment } from './segment.ts'

/** Elasticsearch's fork of the format for half as many bytes. */
const BFLOAT16 = 'ES93BFloat16FlatVectorsFormat'
const META_FORMATS = {
  Lucene99FlatVectorsFormatMeta: littleEndianFormat(0, 0),
  [`${BFLOAT16}Meta`]: littleEndianFormat(0, 0),
}
/** Bytes a component. */
const WIDTHS = { float32: 4, bfloat16: 2, byte: 1 }
const MAX_META_BYTES = 256 * 1024 * 1024
const HEAD_BYTES = 512

/** The vectors of a field: one byte string a document with one. */
export interface VectorColumn {
  /** What a component is: a little-endian float32, the upper half of one, or a signed byte. */
  readonly encoding: 'float32' | 'bfloat16' | 'byte'
  readonly dimension: number
  readonly column: BytesColumn
}

interface VectorMeta {
  readonly encoding: 'float32' | 'byte'
  readonly offset: number
  readonly length: number
  readonly dimension: number
  readonly count: number
  readonly docs: DocSetMeta
}

/**
 * Opens the vectors of a field as Lucene 9.9 and later keep them, beside whatever graph or quantised copy. The file is verified
 * as a whole first. `FORMAT_UNSUPPORTED` for other formats, `BLOB_CORRUPT` when sizes do not fit.
 *
 * Source: Lucene `Lucene99FlatVectorsReader`, `OrdToDocDISIReaderConfiguration`; Elasticsearch `ES93BFloat16FlatVectorsFormat`.
 */
export async function openVectors(segment: Segment, field: FieldInfo, signal: AbortSignal): Promise<VectorColumn> {
  const format = field.attributes.get('PerFieldKnnVectorsFormat.format')
  const number = field.attributes.get('PerFieldKnnVectorsFormat.suffix')
  const suffix = `${format ?? ''}_${number ?? ''}`
  if (format === undefined || number === undefined || !segment.hasFile(`_${suffix}.vemf`)) {
    throw new Failure('FORMAT_UNSUPPORTED', `vectors of field '${field.name}' in format '${format ?? 'unknown'}'`, {
      op: 'read vectors of',
      subject: `segment ${segment.name}`,
    })
  }
  const expected = { id: segment.id, suffix }
  const meta = await readMetadataFile(segment.file(`_${suffix}.vemf`), META_FORMATS, expected, MAX_META_BYTES, signal)
  const vectors = readMetas(meta.cursor).get(field.number)
  if (vectors?.dimension !== field.vectorDimension) {
    throw meta.cursor.corrupt(`no vectors of ${field.vectorDimension} dimensions of field '${field.name}'`, 0)
  }
  const data = segment.file(`_${suffix}.vec`)
  const body = await verifiedBody(data, signal)
  const head = await body.read(0, Math.min(HEAD_BYTES, body.length), signal)
  readHeader(
    new ByteCursor(head, data.name),
    { [meta.codec.replace(/Meta$/, 'Data')]: littleEndianFormat(0, 0) },
    expected,
  )
  const isHalf = vectors.encoding === 'float32' && meta.codec === `${BFLOAT16}Meta`
  const encoding = isHalf ? 'bfloat16' : vectors.encoding
  const width = vectors.dimension * WIDTHS[encoding]
  if (vectors.length !== vectors.count * width) {
    throw meta.cursor.corrupt(`${vectors.count} vectors of ${width} bytes in ${vectors.length} bytes`, 0)
  }
  const columnData = { body, order: 'little', maxDoc: segment.maxDoc } as const
  const slots = await openSlots(vectors.docs, vectors.count, columnData, signal)
  const region = new RegionReader(body, { offset: vectors.offset, length: vectors.length })
  const column: BytesColumn = {
    kind: 'bytes',
    distinct: false,
    fewValues: false,
    window: async (from, to, abort) => {
      const { first, count, starts } = slots.range(from, to)
      const bytes = await region.read(first * width, (first + count) * width, abort)
      return { starts, values: Array.from({ length: count }, (_, k) => bytes.subarray(k * width, (k + 1) * width)) }
    },
  }
  return { encoding, dimension: vectors.dimension, column }
}

function readMetas(cursor: ByteCursor): ReadonlyMap<number, VectorMeta> {
  const metas = new Map<number, VectorMeta>()
  for (let field = cursor.int32(); field !== -1; field = cursor.int32()) {
    const code = cursor.int32()
    if (code !== 0 && code !== 1) throw cursor.unsupported(`vector encoding ${code}`)
    cursor.int32() // The similarity matters to searches only.
    const offset = cursor.vLength('start of vectors')
    const length = cursor.vLength('length of vectors')
    const dimension = cursor.vCount('dimension')
    const count = cursor.count32('number of vectors')
    const docs = readDocSetMeta(cursor, true)
    if (docs.kind === 'listed') {
      // Vectors lie in the order of their documents, so that the map from one to the other is not needed.
      cursor.length64('start of the map to documents')
      readMonotonicMeta(cursor, count, cursor.vCount('block shift', 30))
      cursor.length64('length of the map to documents')
    }
    metas.set(field, { encoding: code === 1 ? 'float32' : 'byte', offset, length, dimension, count, docs })
  }
  cursor.expectEnd()
  return metas
}
