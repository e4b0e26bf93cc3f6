import type { ByteSource } from '../core/byte-source.ts'
import { ByteCursor } from '../core/byte-cursor.ts'
import { FOOTER_LENGTH, footerChecksum } from '../codec/lucene-envelope.ts'
import type { Directory } from './directory.ts'
import { bigEndianFormat, littleEndianFormat, readHeader, readMetadataFile, type FileFormats } from './metadata-file.ts'
import { readCount } from './string-collections.ts'

const MAX_BYTES = 16 * 1024 * 1024

const FORMATS: FileFormats = {
  CompoundFileWriterEntries: { oldest: 0, newest: 1, header: 'plain', footerSince: 1, order: 'big' },
  Lucene50CompoundEntries: bigEndianFormat(0, 0),
  Lucene90CompoundEntries: littleEndianFormat(0, 0),
}

const DATA_FORMATS: FileFormats = {
  CompoundFileWriterData: { oldest: 0, newest: 1, header: 'plain', footerSince: 1, order: 'big' },
  Lucene50CompoundData: bigEndianFormat(0, 0),
  Lucene90CompoundData: littleEndianFormat(0, 0),
}
/** Exact length of the header of the data before and since Lucene 5.0, which added id and suffix. */
const PLAIN_HEAD_BYTES = 31
const INDEX_HEAD_BYTES = 46

/** Where one file lies inside a compound file; it is complete, with its own header, footer and checksum. */
export interface CompoundEntry {
  readonly offset: number
  readonly length: number
}

/** An opened compound file. */
export interface CompoundFile {
  readonly data: ByteSource
  /** By name without the segment's name: `.fdt`, `_Lucene80_0.dvd`. */
  readonly entries: ReadonlyMap<string, CompoundEntry>
}

/**
 * Opens the compound file of a segment: reads its directory, and the header and footer of the data, which tell a file of
 * another segment under its name. Codes as {@link readCompoundEntries}.
 */
export async function openCompound(
  directory: Directory,
  segment: { readonly name: string; readonly id: Uint8Array | undefined },
  signal: AbortSignal,
): Promise<CompoundFile> {
  const data = directory.open(`${segment.name}.cfs`)
  const { length, name } = data
  const headBytes = segment.id === undefined ? PLAIN_HEAD_BYTES : INDEX_HEAD_BYTES
  const [entries, head, footer] = await Promise.all([
    readCompoundEntries(directory.open(`${segment.name}.cfe`), length, segment.id, signal),
    data.read(0, Math.min(headBytes, length), signal),
    data.read(Math.max(0, length - FOOTER_LENGTH), length, signal),
  ])
  const cursor = new ByteCursor(head, name)
  const { version, format } = readHeader(cursor, DATA_FORMATS, { id: segment.id, suffix: '' })
  if (version >= format.footerSince) footerChecksum(footer, name, length)
  for (const [part, { offset }] of entries) {
    if (offset < cursor.offset) throw cursor.corrupt(`file '${part}' begins inside the header`, offset)
  }
  return { data, entries }
}

/**
 * Reads the `.cfe` directory of a compound file of `dataLength` bytes and returns its entries by name without the segment's
 * name (`.fdt`, `_Lucene80_0.dvd`). `BLOB_CORRUPT` when entries overlap or do not fill the file.
 *
 * Source: Lucene `CompoundFileWriter`, `Lucene50CompoundFormat`, `Lucene90CompoundFormat`.
 */
export async function readCompoundEntries(
  source: ByteSource,
  dataLength: number,
  id: Uint8Array | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CompoundEntry>> {
  const { codec, version, cursor } = await readMetadataFile(source, FORMATS, { id, suffix: '' }, MAX_BYTES, signal)
  const count = readCount(cursor, 'vint', 'number of files', 17)
  const entries = new Map<string, CompoundEntry>()
  for (let index = 0; index < count; index++) {
    const name = cursor.string()
    const offset = cursor.length64('offset')
    const length = cursor.length64('length')
    if (entries.has(name)) throw cursor.corrupt(`file '${name}' is listed twice`)
    entries.set(name, { offset, length })
  }
  cursor.expectEnd()

  const footer = codec === 'CompoundFileWriterEntries' && version === 0 ? 0 : FOOTER_LENGTH
  let end = 0
  for (const [name, entry] of [...entries].sort(([, a], [, b]) => a.offset - b.offset)) {
    if (entry.offset < end) throw cursor.corrupt(`file '${name}' overlaps the file before it`, 0)
    end = entry.offset + entry.length
  }
  if (end + footer !== dataLength) {
    throw cursor.corrupt(`files end at byte ${end}, the compound file has ${dataLength} bytes`, 0)
  }
  return entries
}
