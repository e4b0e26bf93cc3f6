import type { ByteOrder } from '../core/byte-cursor.ts'
import { ByteCursor } from '../core/byte-cursor.ts'
import type { ByteSource } from '../core/byte-source.ts'
import { readAll } from '../core/byte-source.ts'
import {
  FOOTER_LENGTH,
  readCodecHeader,
  readIndexHeader,
  requireVersion,
  verifyFooter,
} from '../codec/lucene-envelope.ts'

/** What the header of one file format promises about the rest of the file. */
export interface FileFormat {
  /** Versions that this release reads. */
  readonly oldest: number
  readonly newest: number
  /** `index` headers, Lucene 5.0 and later, carry the id of the segment and the suffix of the file name. */
  readonly header: 'plain' | 'index'
  /** The oldest version that ends in a footer with a checksum (Lucene 4.8 and later). */
  readonly footerSince: number
  /** Byte order of the fixed-width integers between header and footer. */
  readonly order: ByteOrder
}

/** Formats by the codec name in the header: every file is dispatched by its own header. */
export type FileFormats = Readonly<Record<string, FileFormat>>

/** What the header of a file must say, where the format records it. */
export interface ExpectedHeader {
  /** Id of the segment; undefined for segments that were written before Lucene 5.0. */
  readonly id: Uint8Array | undefined
  /** Part of the file name that the header repeats: empty, or generation and format. */
  readonly suffix: string
}

/** A verified file: the cursor stands behind the header and ends before the footer. */
export interface MetadataFile {
  readonly codec: string
  readonly version: number
  readonly cursor: ByteCursor
}

/** Formats of Lucene 5.0 to 8.x: index header, footer, big endian. */
export function bigEndianFormat(oldest: number, newest: number): FileFormat {
  return { oldest, newest, header: 'index', footerSince: 0, order: 'big' }
}

/** Formats of Lucene 9.0 and later: index header, footer, little endian. */
export function littleEndianFormat(oldest: number, newest: number): FileFormat {
  return { oldest, newest, header: 'index', footerSince: 0, order: 'little' }
}

/**
 * Reads a small file as a whole, checks checksum, codec, version, segment id and suffix, and returns a cursor over its body.
 * `BLOB_CORRUPT` when a check fails or the file is longer than `maxBytes`; `FORMAT_UNSUPPORTED` for a codec or version
 * outside `formats`.
 */
export async function readMetadataFile(
  source: ByteSource,
  formats: FileFormats,
  expected: ExpectedHeader,
  maxBytes: number,
  signal: AbortSignal,
): Promise<MetadataFile> {
  return parseMetadataFile(await readAll(source, maxBytes, signal), source.name, formats, expected)
}

/** {@link readMetadataFile} for a file that is in memory; its header begins at byte `headerOffset`. */
export function parseMetadataFile(
  bytes: Uint8Array,
  subject: string,
  formats: FileFormats,
  expected: ExpectedHeader,
  headerOffset = 0,
): MetadataFile {
  const cursor = new ByteCursor(bytes, subject, { offset: headerOffset })
  const { codec, version, format } = readHeader(cursor, formats, expected, () => verifyFooter(bytes, subject))
  const hasFooter = version >= format.footerSince
  if (hasFooter) verifyFooter(bytes, subject)
  const end = hasFooter ? bytes.length - FOOTER_LENGTH : bytes.length
  if (cursor.offset > end) throw cursor.corrupt('header and footer overlap')
  return { codec, version, cursor: new ByteCursor(bytes, subject, { offset: cursor.offset, end, order: format.order }) }
}

/**
 * Reads and checks a header; leaves the cursor behind it. `verify` runs before a file is called unsupported, so that a
 * damaged name is reported as damage.
 */
export function readHeader(
  cursor: ByteCursor,
  formats: FileFormats,
  expected: ExpectedHeader,
  verify?: () => void,
): { codec: string; version: number; format: FileFormat } {
  const start = cursor.offset
  const header = readCodecHeader(cursor)
  const format = Object.hasOwn(formats, header.codec) ? formats[header.codec] : undefined
  if (format === undefined) {
    verify?.()
    throw cursor.unsupported(`unknown format '${header.codec}'`)
  }
  requireVersion(cursor, header, format.oldest, format.newest)
  if (format.header === 'index') {
    cursor.offset = start
    const { id, suffix } = readIndexHeader(cursor)
    if (expected.id !== undefined && !sameBytes(id, expected.id)) {
      throw cursor.corrupt(`belongs to segment ${hex(id)}, expected ${hex(expected.id)}`, start)
    }
    if (suffix !== expected.suffix) {
      throw cursor.corrupt(`header suffix is '${suffix}', expected '${expected.suffix}'`, start)
    }
  }
  return { codec: header.codec, version: header.version, format }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
