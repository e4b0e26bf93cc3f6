import { ByteCursor } from '../core/byte-cursor.ts'
import { checkChunkIndex, chunkOfDoc, maxChunks, type ChunkIndex } from './chunk-index.ts'
import { readChunkIndex85, readChunkIndexMeta } from './chunk-index-85.ts'
import { RegionReader, verifiedBody } from './doc-values/region-reader.ts'
import type { FieldInfo } from './field-infos.ts'
import { littleEndianFormat, readHeader, readMetadataFile, type ExpectedHeader } from './metadata-file.ts'
import { Failure } from '../core/failure.ts'
import type { Segment } from './segment.ts'
import { termsOfChunk, type TermsWindow } from './term-vector-chunk.ts'

const DATA_FORMATS = { Lucene90TermVectorsData: littleEndianFormat(0, 0) }
const META_FORMATS = { Lucene90TermVectorsIndexMeta: littleEndianFormat(0, 0) }
const INDEX_FORMATS = { Lucene90TermVectorsIndexIdx: littleEndianFormat(0, 0) }
const MAX_INDEX_BYTES = 256 * 1024 * 1024
const HEAD_BYTES = 512
/** Newest form of packed integers. */
const PACKED_VERSION = 2

/** The terms of one field, document by document. */
export interface TermVectors {
  /** The terms of the documents `[from, to)`. `BLOB_CORRUPT` when a chunk is damaged. */
  window(from: number, to: number, signal: AbortSignal): Promise<TermsWindow>
}

/**
 * Opens the terms that Lucene 9.0 and later keep of a field by document. The file is verified as a whole first; then as many
 * chunks are in memory as a window needs. `FORMAT_UNSUPPORTED` for other formats, `BLOB_CORRUPT` when a check fails.
 *
 * ```
 * .tvd: header, chunks, footer
 * .tvm: header, vint version of packed integers, vint chunkSize, index, vlong chunks, vlong dirty chunks, vlong dirty documents, footer
 * ```
 *
 * Source: Lucene `Lucene90TermVectorsFormat`, `Lucene90CompressingTermVectorsReader`.
 */
export async function openTermVectors(segment: Segment, field: FieldInfo, signal: AbortSignal): Promise<TermVectors> {
  if (!segment.hasFile('.tvm')) {
    throw new Failure('FORMAT_UNSUPPORTED', `term vectors of field '${field.name}' in a format of before Lucene 9.0`, {
      op: 'read term vectors of',
      subject: `segment ${segment.name}`,
    })
  }
  const expected = { id: segment.id, suffix: '' }
  const { index, packedVersion } = await readIndex(segment, expected, signal)
  const data = segment.file('.tvd')
  const body = await verifiedBody(data, signal)
  const head = new ByteCursor(await body.read(0, Math.min(HEAD_BYTES, body.length), signal), data.name)
  readHeader(head, DATA_FORMATS, expected)
  checkChunkIndex(index, head.offset, segment.maxDoc, data.name)
  const region = new RegionReader(body, { offset: 0, length: index.pointers.at(-1)! })
  let last: { readonly chunk: number; readonly terms: TermsWindow } | undefined
  const termsOf = async (chunk: number, abort: AbortSignal): Promise<TermsWindow> => {
    if (last?.chunk === chunk) return last.terms
    const { docBases, pointers } = index
    const bytes = await region.read(pointers[chunk]!, pointers[chunk + 1]!, abort)
    const cursor = new ByteCursor(bytes, data.name, { base: pointers[chunk]!, order: 'little' })
    const docBase = docBases[chunk]!
    const terms = termsOfChunk(cursor, { docBase, docs: docBases[chunk + 1]! - docBase }, field.number, packedVersion)
    last = { chunk, terms }
    return terms
  }
  return {
    window: async (from, to, abort) => {
      const starts = new Int32Array(to - from + 1)
      const terms: Uint8Array[] = []
      const frequencies: number[] = []
      for (let doc = from, chunk = from < to ? chunkOfDoc(index, from) : 0; doc < to; chunk++) {
        const found = await termsOf(chunk, abort)
        const docBase = index.docBases[chunk]!
        for (const end = Math.min(to, index.docBases[chunk + 1]!); doc < end; doc++) {
          for (let at = found.starts[doc - docBase]!; at < found.starts[doc - docBase + 1]!; at++) {
            terms.push(found.terms[at]!)
            frequencies.push(found.frequencies[at]!)
          }
          starts[doc - from + 1] = terms.length
        }
      }
      return { starts, terms, frequencies }
    },
  }
}

async function readIndex(
  segment: Segment,
  expected: ExpectedHeader,
  signal: AbortSignal,
): Promise<{ index: ChunkIndex; packedVersion: number }> {
  const [{ cursor }, offsets] = await Promise.all([
    readMetadataFile(segment.file('.tvm'), META_FORMATS, expected, MAX_INDEX_BYTES, signal),
    readMetadataFile(segment.file('.tvx'), INDEX_FORMATS, expected, MAX_INDEX_BYTES, signal),
  ])
  const packedVersion = cursor.vCount('version of packed integers')
  if (packedVersion > PACKED_VERSION) throw cursor.unsupported(`packed integers of version ${packedVersion}`)
  cursor.vCount('chunk size')
  const arrays = readChunkIndexMeta(cursor, segment.maxDoc, maxChunks(segment.maxDoc, segment.file('.tvd').length))
  const chunks = cursor.vLength('number of chunks')
  if (chunks !== arrays.count - 1) throw cursor.corrupt(`${chunks} chunks, the index has ${arrays.count - 1}`)
  cursor.vLength('number of dirty chunks')
  cursor.vLength('number of dirty documents')
  cursor.expectEnd()
  return { index: readChunkIndex85(offsets.cursor, arrays, segment.maxDoc), packedVersion }
}
