import { FOOTER_LENGTH } from '../codec/lucene-envelope.ts'
import { maxChunks } from './chunk-index.ts'
import { readChunkIndex41 } from './chunk-index-41.ts'
import { packedLengths } from './chunk-lengths.ts'
import { readMetadataFile, type FileFormats } from './metadata-file.ts'
import type { OpenedChunks, StoredFieldsOpening } from './stored-fields-opening.ts'

const INDEX_FORMATS: FileFormats = {
  Lucene41StoredFieldsIndex: { oldest: 0, newest: 2, header: 'plain', footerSince: 2, order: 'big' },
}
/** The index is read as a whole; no shard's is larger. */
export const MAX_INDEX_BYTES = 512 * 1024 * 1024

/**
 * Opens stored fields of Lucene 4.1 to 4.10: chunks without a token, and sliced ones known only by their size.
 *
 * ```
 * .fdt: header, [v1: vint chunkSize], vint packedVersion, chunks, [v2: footer]
 * .fdx: header, vint packedVersion, blocks, vint 0, [v2: vlong maxPointer, footer]
 * ```
 *
 * Source: Lucene 4 `CompressingStoredFieldsReader`, `Lucene41StoredFieldsFormat`.
 */
export async function openStoredFields41(opening: StoredFieldsOpening): Promise<OpenedChunks> {
  const { segment, version, fdt, head, decompress, signal } = opening
  const chunkSize = version >= 1 ? head.vCount('chunk size') : 0
  const packedVersion = head.vCount('packed integers version', 2)
  const { version: indexVersion, cursor } = await readMetadataFile(
    segment.file('.fdx'),
    INDEX_FORMATS,
    { id: undefined, suffix: '' },
    MAX_INDEX_BYTES,
    signal,
  )
  if (indexVersion !== version) throw cursor.corrupt(`version ${indexVersion}, the data has version ${version}`, 0)
  const index = readChunkIndex41(cursor, {
    packedVersion: cursor.vCount('packed integers version', 2),
    maxDoc: segment.maxDoc,
    maxChunks: maxChunks(segment.maxDoc, fdt.length),
    end: () => (version >= 2 ? cursor.vLength('end of chunks') : fdt.length),
  })
  cursor.expectEnd()
  if (version >= 2 && index.pointers.at(-1) !== fdt.length - FOOTER_LENGTH) {
    throw cursor.corrupt(`chunks end at byte ${index.pointers.at(-1)} of ${fdt.length}`)
  }
  return { index, layout: { flagBits: 0, readLengths: packedLengths(packedVersion), decompress, chunkSize } }
}
