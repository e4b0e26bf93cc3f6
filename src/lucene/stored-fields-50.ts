import { FOOTER_LENGTH } from '../codec/lucene-envelope.ts'
import { maxChunks, type ChunkIndex } from './chunk-index.ts'
import { readChunkIndex41 } from './chunk-index-41.ts'
import { readChunkIndex85, readChunkIndexMeta } from './chunk-index-85.ts'
import { packedLengths } from './chunk-lengths.ts'
import { bigEndianFormat, readMetadataFile, type MetadataFile } from './metadata-file.ts'
import { MAX_INDEX_BYTES } from './stored-fields-41.ts'
import type { OpenedChunks, StoredFieldsOpening } from './stored-fields-opening.ts'

/**
 * Opens stored fields of Lucene 5.0 to 8.11. Versions 0 and 1 have the index of Lucene 4, version 2 (Lucene 8.5) has
 * monotonic arrays, and from version 3 (Lucene 8.7) chunk size and counts lie in the `.fdm` file.
 *
 * ```
 * .fdt: header, [v <= 2: vint chunkSize, vint packedVersion], chunks, [v 1, 2: vlong chunks, vlong dirty chunks], footer
 * .fdm: header, [v >= 3: vint chunkSize, vint packedVersion], index, [v >= 4: vlong chunks],
 *       [v >= 3: vlong dirty chunks, vlong dirty documents], footer
 * ```
 *
 * Source: Lucene 5 to 8 `CompressingStoredFieldsReader`, `Lucene87StoredFieldsFormat`.
 */
export async function openStoredFields50(opening: StoredFieldsOpening): Promise<OpenedChunks> {
  const { segment, version, head, decompress, signal } = opening
  const meta = version >= 2 ? await readMetadata(opening) : undefined
  const parameters = version >= 3 ? meta!.cursor : head
  const chunkSize = parameters.vCount('chunk size')
  const packedVersion = parameters.vCount('packed integers version', 2)
  const index = meta === undefined ? await readLegacyIndex(opening) : await readIndex(opening, meta, signal)
  if (version >= 3 && index.pointers.at(-1) !== opening.fdt.length - FOOTER_LENGTH) {
    throw meta!.cursor.corrupt(`chunks end at byte ${index.pointers.at(-1)} of ${opening.fdt.length}`)
  }
  return {
    index,
    layout: { flagBits: version >= 4 ? 2 : 1, readLengths: packedLengths(packedVersion), decompress, chunkSize },
  }

  function readMetadata({ version: newest }: StoredFieldsOpening): Promise<MetadataFile> {
    const formats = { Lucene85FieldsIndexMeta: bigEndianFormat(0, newest) }
    return readMetadataFile(segment.file('.fdm'), formats, { id: segment.id, suffix: '' }, MAX_INDEX_BYTES, signal)
  }
}

async function readLegacyIndex({ segment, codec, version, fdt, signal }: StoredFieldsOpening): Promise<ChunkIndex> {
  const formats = { [codec.replace(/Data$/, 'Index')]: bigEndianFormat(version, version) }
  const expected = { id: segment.id, suffix: '' }
  const { cursor } = await readMetadataFile(segment.file('.fdx'), formats, expected, MAX_INDEX_BYTES, signal)
  const index = readChunkIndex41(cursor, {
    packedVersion: cursor.vCount('packed integers version', 2),
    maxDoc: segment.maxDoc,
    maxChunks: maxChunks(segment.maxDoc, fdt.length),
    end: () => cursor.vLength('end of chunks'),
  })
  cursor.expectEnd()
  return index
}

async function readIndex(opening: StoredFieldsOpening, meta: MetadataFile, signal: AbortSignal): Promise<ChunkIndex> {
  const { segment, version, fdt } = opening
  const { cursor } = meta
  const arrays = readChunkIndexMeta(cursor, segment.maxDoc, maxChunks(segment.maxDoc, fdt.length))
  const chunks = version >= 4 ? cursor.vLength('number of chunks') : arrays.count - 1
  if (version >= 3) checkDirty(cursor.vLength('number of dirty chunks'), cursor.vLength('number of dirty documents'))
  cursor.expectEnd()
  const formats = { Lucene85FieldsIndexIdx: bigEndianFormat(0, 0) }
  const expected = { id: segment.id, suffix: '' }
  const index = await readMetadataFile(segment.file('.fdx'), formats, expected, MAX_INDEX_BYTES, signal)
  return readChunkIndex85(index.cursor, arrays, segment.maxDoc)

  function checkDirty(dirtyChunks: number, dirtyDocs: number): void {
    if (chunks !== arrays.count - 1) throw cursor.corrupt(`${chunks} chunks, the index has ${arrays.count - 1}`)
    // Writers of version 3 count the documents of a chunk after they have forgotten them: 0 is no sign of damage there.
    if (dirtyChunks > chunks || (version >= 4 && (dirtyChunks === 0) !== (dirtyDocs === 0))) {
      throw cursor.corrupt(`${dirtyDocs} documents in ${dirtyChunks} dirty chunks of ${chunks}`)
    }
  }
}
