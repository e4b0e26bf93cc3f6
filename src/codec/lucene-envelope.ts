import { crc32 } from 'node:zlib'
import type { ByteCursor } from '../core/byte-cursor.ts'
import { Failure } from '../core/failure.ts'

const HEADER_MAGIC = 0x3fd76c17
const FOOTER_MAGIC = 0xc02893e8
/** Length of the footer that ends every Lucene file since 4.8: magic, algorithm, CRC-32 as 64 bits. */
export const FOOTER_LENGTH = 16

/** The header that opens a Lucene file. */
export interface CodecHeader {
  /** Codec name, such as `Lucene90SegmentInfo`. */
  readonly codec: string
  readonly version: number
}

/** A {@link CodecHeader} with the id of its segment (or commit) and the suffix of its file name, Lucene 5.0 and later. */
export interface IndexHeader extends CodecHeader {
  /** 16 bytes. */
  readonly id: Uint8Array
  readonly suffix: string
}

/** Reads a plain codec header and leaves the cursor behind it; `BLOB_CORRUPT` when the file is not a Lucene file. Source: Lucene `CodecUtil.writeHeader`. */
export function readCodecHeader(cursor: ByteCursor): CodecHeader {
  const at = cursor.offset
  const magic = cursor.int32Be() >>> 0
  if (magic !== HEADER_MAGIC) {
    throw cursor.corrupt(`not a Lucene file: it begins with 0x${magic.toString(16).padStart(8, '0')}`, at)
  }
  const codec = cursor.string()
  return { codec, version: cursor.int32Be() }
}

/** Reads an index header and leaves the cursor behind it; `BLOB_CORRUPT` as {@link readCodecHeader}. Source: Lucene `CodecUtil.writeIndexHeader`. */
export function readIndexHeader(cursor: ByteCursor): IndexHeader {
  const header = readCodecHeader(cursor)
  const id = cursor.take(16)
  const suffix = new TextDecoder('latin1').decode(cursor.take(cursor.uint8()))
  return { ...header, id, suffix }
}

/** Throws `FORMAT_UNSUPPORTED` unless the header's version lies in `[oldest, newest]`. */
export function requireVersion(cursor: ByteCursor, header: CodecHeader, oldest: number, newest: number): void {
  if (header.version >= oldest && header.version <= newest) return
  throw cursor.unsupported(`${header.codec} version ${header.version}; this release reads ${oldest} to ${newest}`)
}

/**
 * Checks the form of a 16-byte footer and returns the CRC-32 recorded in it; `BLOB_CORRUPT` when magic, algorithm or the
 * upper half of the checksum are wrong. Source: Lucene `CodecUtil.writeFooter`.
 */
export function footerChecksum(footer: Uint8Array, subject: string, fileLength: number): number {
  const fail = (detail: string): Failure =>
    new Failure('BLOB_CORRUPT', `${detail} in the footer at byte ${fileLength - FOOTER_LENGTH}`, {
      op: 'check',
      subject,
      hint: 'The file is damaged or cut: read the snapshot from another copy of the repository, or take a new one.',
    })
  if (footer.length !== FOOTER_LENGTH) throw fail(`${footer.length} bytes instead of ${FOOTER_LENGTH}`)
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength)
  const magic = view.getUint32(0)
  if (magic !== FOOTER_MAGIC) throw fail(`magic 0x${magic.toString(16)}`)
  if (view.getInt32(4) !== 0) throw fail(`checksum algorithm ${view.getInt32(4)}`)
  if (view.getUint32(8) !== 0) throw fail('a checksum of more than 32 bits')
  return view.getUint32(12)
}

/**
 * Verifies a whole Lucene file in memory against its footer and returns the checksum; `BLOB_CORRUPT` when it is shorter
 * than a footer or a single bit differs.
 */
export function verifyFooter(file: Uint8Array, subject: string): number {
  if (file.length < FOOTER_LENGTH) {
    throw new Failure('BLOB_CORRUPT', `${file.length} bytes long, shorter than a footer`, { op: 'check', subject })
  }
  const expected = footerChecksum(file.subarray(file.length - FOOTER_LENGTH), subject, file.length)
  requireChecksum(crc32(file.subarray(0, file.length - 8)), expected, subject)
  return expected
}

/** Throws `BLOB_CORRUPT` unless the computed CRC-32 equals the recorded one. */
export function requireChecksum(actual: number, expected: number, subject: string): void {
  if (actual === expected) return
  const hex = (value: number): string => value.toString(16).padStart(8, '0')
  throw new Failure('BLOB_CORRUPT', `checksum is ${hex(actual)}, the file records ${hex(expected)}`, {
    op: 'check',
    subject,
    hint: 'The file is damaged: read the snapshot from another copy of the repository, or take a new one.',
  })
}
