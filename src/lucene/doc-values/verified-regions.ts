import { crc32 } from 'node:zlib'
import type { ByteSource } from '../../core/byte-source.ts'
import { checkRange } from '../../core/byte-source.ts'
import { FOOTER_LENGTH, footerChecksum, requireChecksum } from '../../codec/lucene-envelope.ts'

const PIECE_BYTES = 4 * 1024 * 1024

/** Bytes `[offset, offset + length)` of a file. */
export interface Region {
  readonly offset: number
  readonly length: number
}

/**
 * Reads a file from end to end in pieces, verifies its checksum, and returns the bytes of the regions asked for; the first
 * 512 bytes, with the header, are returned as well. Memory is the regions and one piece. `BLOB_CORRUPT` when a region lies
 * outside the file or the checksum does not fit.
 */
export async function readVerifiedRegions(
  source: ByteSource,
  regions: readonly Region[],
  signal: AbortSignal,
): Promise<{ head: Uint8Array; contents: readonly Uint8Array[] }> {
  const bodyEnd = source.length - FOOTER_LENGTH
  for (const { offset, length } of regions) checkRange(source.name, bodyEnd, offset, offset + length)
  checkRange(source.name, source.length, bodyEnd, source.length)

  const contents = regions.map((region) => new Uint8Array(region.length))
  const head = new Uint8Array(Math.min(512, source.length))
  const footer = new Uint8Array(FOOTER_LENGTH)
  let crc = 0
  for (let start = 0, end: number; start < source.length; start = end) {
    // The footer is never cut in two: it is checked against the snapshot's list where it is read.
    end = start + PIECE_BYTES >= bodyEnd ? source.length : start + PIECE_BYTES
    const piece = await source.read(start, end, signal)
    crc = crc32(piece.subarray(0, Math.max(0, Math.min(end, source.length - 8) - start)), crc)
    for (const [index, region] of regions.entries()) copyOverlap(piece, start, region, contents[index]!)
    copyOverlap(piece, start, { offset: 0, length: head.length }, head)
    copyOverlap(piece, start, { offset: bodyEnd, length: FOOTER_LENGTH }, footer)
  }
  requireChecksum(crc, footerChecksum(footer, source.name, source.length), source.name)
  return { head, contents }
}

function copyOverlap(piece: Uint8Array, start: number, region: Region, output: Uint8Array): void {
  const from = Math.max(start, region.offset)
  const to = Math.min(start + piece.length, region.offset + region.length)
  if (from < to) output.set(piece.subarray(from - start, to - start), from - region.offset)
}
