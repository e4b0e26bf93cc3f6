import { FOOTER_LENGTH } from '../codec/lucene-envelope.ts'
import { maxChunks } from './chunk-index.ts'
import { readChunkIndex85, readChunkIndexMeta } from './chunk-index-85.ts'
import { groupedLengths } from './chunk-lengths.ts'
import { littleEndianFormat, readMetadataFile } from './metadata-file.ts'
import { MAX_INDEX_BYTES } from './stored-fields-41.ts'
import type { OpenedChunks, StoredFieldsOpening } from './stored-fields-opening.ts'

const META_FORMATS = { Lucene90FieldsIndexMeta: littleEndianFormat(0, 1) }
const INDEX_FORMATS = { Lucene90FieldsIndexIdx: littleEndianFormat(0, 0) }

/**
 * Opens stored fields of Lucene 9.0 and later, and the formats of Elasticsearch and OpenSearch that differ only in how a
 * chunk is compressed.
 *
 * ```
 * .fdt: header, chunks, footer
 * .fdm: header, vint chunkSize, index, vlong chunks, vlong dirty chunks, vlong dirty documents, footer
 * ```
 *
 * Source: Lucene `Lucene90CompressingStoredFieldsReader`.
 */
export async function openStoredFields90(opening: StoredFieldsOpening): Promise<OpenedChunks> {
  const { segment, fdt, decompress, signal } = opening
  const expected = { id: segment.id, suffix: '' }
  const [meta, index] = await Promise.all([
    readMetadataFile(segment.file('.fdm'), META_FORMATS, expected, MAX_INDEX_BYTES, signal),
    readMetadataFile(segment.file('.fdx'), INDEX_FORMATS, expected, MAX_INDEX_BYTES, signal),
  ])
  const { cursor } = meta
  const chunkSize = cursor.vCount('chunk size')
  const arrays = readChunkIndexMeta(cursor, segment.maxDoc, maxChunks(segment.maxDoc, fdt.length))
  const chunks = cursor.vLength('number of chunks')
  const dirtyChunks = cursor.vLength('number of dirty chunks')
  const dirtyDocs = cursor.vLength('number of dirty documents')
  cursor.expectEnd()
  if (chunks !== arrays.count - 1) throw cursor.corrupt(`${chunks} chunks, the index has ${arrays.count - 1}`)
  if (dirtyChunks > chunks || (dirtyChunks === 0) !== (dirtyDocs === 0)) {
    throw cursor.corrupt(`${dirtyDocs} documents in ${dirtyChunks} dirty chunks of ${chunks}`)
  }
  if (arrays.maxPointer !== fdt.length - FOOTER_LENGTH) {
    throw cursor.corrupt(`chunks end at byte ${arrays.maxPointer} of ${fdt.length}`)
  }
  return {
    index: readChunkIndex85(index.cursor, arrays, segment.maxDoc),
    layout: { flagBits: 2, readLengths: groupedLengths, decompress, chunkSize },
  }
}
