import { ByteCursor } from '../../core/byte-cursor.ts'
import type { ByteSource } from '../../core/byte-source.ts'
import { Failure } from '../../core/failure.ts'
import type { FieldInfo } from '../field-infos.ts'
import {
  bigEndianFormat,
  littleEndianFormat,
  readHeader,
  readMetadataFile,
  type MetadataFile,
} from '../metadata-file.ts'
import type { Segment } from '../segment.ts'
import { readVerifiedRegions, type Region } from './verified-regions.ts'

const MAX_META_BYTES = 256 * 1024 * 1024

const META_FORMATS = {
  Lucene54DocValuesMetadata: bigEndianFormat(0, 0),
  Lucene70DocValuesMetadata: bigEndianFormat(0, 0),
  Lucene80DocValuesMetadata: bigEndianFormat(0, 2),
  Lucene90DocValuesMetadata: littleEndianFormat(0, 2),
  ES87TSDBDocValuesMetadata: littleEndianFormat(0, 0),
  ES819TSDBDocValuesMetadata: littleEndianFormat(0, 8),
  ES95TSDBDocValuesMetadata: littleEndianFormat(8, 8),
}

/** The pair of files that holds the current column of a field. */
export interface DocValuesFiles {
  readonly meta: ByteSource
  readonly data: ByteSource
  /** What the headers of both repeat of their names. */
  readonly suffix: string
}

/**
 * The files of the column of a field: those of the segment, or of the generation that updated the column last.
 * `FORMAT_UNSUPPORTED` when the field does not say which format wrote it.
 *
 * Source: Lucene `PerFieldDocValuesFormat`, `SegmentDocValuesProducer`.
 */
export function docValuesFiles(segment: Segment, field: FieldInfo): DocValuesFiles {
  const format = field.attributes.get('PerFieldDocValuesFormat.format')
  const number = field.attributes.get('PerFieldDocValuesFormat.suffix')
  if (format === undefined || number === undefined) {
    throw new Failure('FORMAT_UNSUPPORTED', `field '${field.name}' does not name the format of its column`, {
      op: 'read doc values of',
      subject: `segment ${segment.name}`,
    })
  }
  const generation = field.docValuesGen === -1 ? '' : `${field.docValuesGen.toString(36)}_`
  const suffix = `${generation}${format}_${number}`
  return { meta: segment.file(`_${suffix}.dvm`), data: segment.file(`_${suffix}.dvd`), suffix }
}

/** Reads and checks a `.dvm` file as far as its header. */
export function readDocValuesMeta(segment: Segment, files: DocValuesFiles, signal: AbortSignal): Promise<MetadataFile> {
  const expected = { id: segment.id, suffix: files.suffix }
  return readMetadataFile(files.meta, META_FORMATS, expected, MAX_META_BYTES, signal)
}

/** Reads regions of a `.dvd` file, verifies the whole file, and checks that it belongs to its metadata. */
export async function readDocValuesData(
  segment: Segment,
  files: DocValuesFiles,
  meta: MetadataFile,
  regions: readonly Region[],
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const { head, contents } = await readVerifiedRegions(files.data, regions, signal)
  checkDataHeader(segment, files, meta, head)
  return contents
}

/** Checks that the `.dvd` file whose first bytes are `head` belongs to its metadata: format, version, segment and suffix. */
export function checkDataHeader(segment: Segment, files: DocValuesFiles, meta: MetadataFile, head: Uint8Array): void {
  const codec = meta.codec.replace(/Metadata$/, 'Data')
  const { order } = META_FORMATS[meta.codec as keyof typeof META_FORMATS]
  const format = (order === 'big' ? bigEndianFormat : littleEndianFormat)(meta.version, meta.version)
  const expected = { id: segment.id, suffix: files.suffix }
  readHeader(new ByteCursor(head, files.data.name), { [codec]: format }, expected)
}
