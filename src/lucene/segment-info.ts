import type { ByteCursor } from '../core/byte-cursor.ts'
import type { ByteSource } from '../core/byte-source.ts'
import { readIndexSort62, readIndexSort86, type SortField } from './index-sort.ts'
import { compareVersions, parseVersion, readVersion, type LuceneVersion } from './lucene-version.ts'
import { bigEndianFormat, littleEndianFormat, readMetadataFile, type FileFormats } from './metadata-file.ts'
import { readStringMap, readStringSet } from './string-collections.ts'

const MAX_BYTES = 16 * 1024 * 1024
/** The largest number of documents that Lucene allows in an index. */
const MAX_DOCS = 0x7fffffff - 128
/** From this release on a byte says whether the segment holds blocks of nested documents. */
const BLOCKS_SINCE: LuceneVersion = [9, 9, 0]

const FORMATS: FileFormats = {
  Lucene40SegmentInfo: { oldest: 0, newest: 0, header: 'plain', footerSince: 1, order: 'big' },
  Lucene46SegmentInfo: { oldest: 0, newest: 1, header: 'plain', footerSince: 1, order: 'big' },
  Lucene50SegmentInfo: bigEndianFormat(0, 1),
  Lucene62SegmentInfo: bigEndianFormat(0, 1),
  Lucene70SegmentInfo: bigEndianFormat(0, 0),
  Lucene86SegmentInfo: bigEndianFormat(0, 0),
  Lucene90SegmentInfo: littleEndianFormat(0, 0),
}

/** What a segment says about itself. */
export interface SegmentInfo {
  /** Release that wrote the segment. */
  readonly luceneVersion: LuceneVersion
  /** Number of documents, deleted ones included. */
  readonly maxDoc: number
  /** True when most files lie in one compound file. */
  readonly isCompound: boolean
  /** Settings that formats leave for their readers, such as a compression mode. */
  readonly attributes: ReadonlyMap<string, string>
  /** Names of the fields that the segment is sorted by. */
  readonly sortFields: readonly SortField[]
}

type Fields = Omit<SegmentInfo, 'luceneVersion'> & { readonly files: readonly string[] }

/**
 * Reads a `.si` file of Lucene 4.0 to 10.x. `BLOB_CORRUPT` when a checksum, id or count does not fit, `FORMAT_UNSUPPORTED`
 * for an unknown format.
 *
 * Source: Lucene `Lucene40SegmentInfoFormat` to `Lucene90SegmentInfoFormat`, `Lucene99SegmentInfoFormat`.
 */
export async function readSegmentInfo(
  source: ByteSource,
  segment: { readonly name: string; readonly id: Uint8Array | undefined },
  signal: AbortSignal,
): Promise<SegmentInfo> {
  const { codec, version, cursor } = await readMetadataFile(
    source,
    FORMATS,
    { id: segment.id, suffix: '' },
    MAX_BYTES,
    signal,
  )
  const legacy = codec === 'Lucene40SegmentInfo' || codec === 'Lucene46SegmentInfo'
  const luceneVersion = legacy ? parseVersion(cursor) : readVersion(cursor, 'int32')
  const fields = legacy ? readFields40(cursor, codec) : readFields50(cursor, codec, version, luceneVersion)
  cursor.expectEnd()
  for (const file of fields.files) {
    if (!file.startsWith(`${segment.name}.`) && !file.startsWith(`${segment.name}_`)) {
      throw cursor.corrupt(`names the file '${file}' of another segment`, 0)
    }
  }
  return {
    luceneVersion,
    maxDoc: fields.maxDoc,
    isCompound: fields.isCompound,
    attributes: fields.attributes,
    sortFields: fields.sortFields,
  }
}

function readFields40(cursor: ByteCursor, codec: string): Fields {
  const maxDoc = readMaxDoc(cursor)
  const isCompound = readSign(cursor, 'compound flag')
  readStringMap(cursor, 'int32')
  const attributes = codec === 'Lucene40SegmentInfo' ? readStringMap(cursor, 'int32') : new Map<string, string>()
  const files = readStringSet(cursor, 'int32')
  return { maxDoc, isCompound, attributes, files, sortFields: [] }
}

function readFields50(cursor: ByteCursor, codec: string, version: number, luceneVersion: LuceneVersion): Fields {
  if (codec === 'Lucene70SegmentInfo' || codec === 'Lucene86SegmentInfo' || codec === 'Lucene90SegmentInfo') {
    const hasMinVersion = cursor.uint8()
    if (hasMinVersion > 1) throw cursor.corrupt(`minimum version flag is ${hasMinVersion}`, cursor.offset - 1)
    if (hasMinVersion === 1) readVersion(cursor, 'int32')
  }
  const maxDoc = readMaxDoc(cursor)
  const isCompound = readSign(cursor, 'compound flag')
  // The header's name and version did not change when the byte was added; the release in the same file decides.
  if (codec === 'Lucene90SegmentInfo' && compareVersions(luceneVersion, BLOCKS_SINCE) >= 0)
    readSign(cursor, 'blocks flag')
  const form = codec === 'Lucene50SegmentInfo' && version === 0 ? 'int32' : 'vint'
  readStringMap(cursor, form)
  const files = readStringSet(cursor, form)
  const attributes = readStringMap(cursor, form)
  return { maxDoc, isCompound, attributes, files, sortFields: readSort(cursor, codec) }
}

function readSort(cursor: ByteCursor, codec: string): SortField[] {
  if (codec === 'Lucene50SegmentInfo') return []
  return codec === 'Lucene62SegmentInfo' || codec === 'Lucene70SegmentInfo'
    ? readIndexSort62(cursor)
    : readIndexSort86(cursor)
}

function readMaxDoc(cursor: ByteCursor): number {
  const maxDoc = cursor.count32('number of documents')
  if (maxDoc > MAX_DOCS) throw cursor.corrupt(`number of documents is ${maxDoc}, allowed up to ${MAX_DOCS}`)
  return maxDoc
}

/** A Boolean as Lucene's segment infos write it: 1 is yes, -1 is no. */
function readSign(cursor: ByteCursor, what: string): boolean {
  const value = cursor.int8()
  if (value !== 1 && value !== -1) throw cursor.corrupt(`${what} is ${value}, allowed 1 and -1`, cursor.offset - 1)
  return value === 1
}
