import { corrupt } from './corrupt.ts'

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const
/** Most bytes that one block may decode to. */
const MAX_BLOCK = 128 * 1024

/** What a zstd frame says about itself. */
export interface ZstdFrame {
  /** Bytes the frame decodes to; null when the frame does not say. */
  readonly contentLength: number | null
  /** Bytes the frame decodes to at most, by the number and kind of its blocks. */
  readonly maxLength: number
  /** Offset of the first block. */
  readonly blocks: number
  /** Offset behind the last block, before a checksum. */
  readonly blocksEnd: number
}

/**
 * Reads the header and the block headers of the one zstd frame that must fill `input`; `BLOB_CORRUPT` otherwise, and for
 * a frame that needs a dictionary of its own.
 *
 * Source: RFC 8878, section 3.1.1.
 */
export function readZstdFrame(input: Uint8Array, subject: string): ZstdFrame {
  if (input.length < 6 || MAGIC.some((byte, index) => input[index] !== byte)) throw corrupt(subject, 'no zstd frame', 0)
  const descriptor = input[4]!
  if ((descriptor & 0x08) !== 0) throw corrupt(subject, 'reserved bit set in a zstd frame header', 4)
  const singleSegment = (descriptor & 0x20) !== 0
  const dictionaryId = [0, 1, 2, 4][descriptor & 3]!
  const sizeAt = 5 + (singleSegment ? 0 : 1) + dictionaryId
  const sizeLength = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!
  const blocks = sizeAt + sizeLength
  if (blocks > input.length) throw corrupt(subject, 'zstd frame header is cut', 5)
  for (let at = sizeAt - dictionaryId; at < sizeAt; at++) {
    if (input[at] !== 0) throw corrupt(subject, 'zstd frame asks for a trained dictionary', at)
  }
  const { end: blocksEnd, maxLength } = skipBlocks(input, blocks, subject)
  const end = blocksEnd + ((descriptor & 0x04) === 0 ? 0 : 4)
  if (end > input.length) throw corrupt(subject, 'zstd frame is cut inside its checksum', blocksEnd)
  if (end < input.length) throw corrupt(subject, `${input.length - end} bytes follow the zstd frame`, end)
  return { contentLength: contentLength(input, sizeAt, sizeLength), maxLength, blocks, blocksEnd }
}

function contentLength(input: Uint8Array, at: number, length: number): number | null {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  if (length === 0) return null
  if (length === 1) return view.getUint8(at)
  if (length === 2) return view.getUint16(at, true) + 256
  if (length === 4) return view.getUint32(at, true)
  return Number(view.getBigUint64(at, true))
}

/** Walks the block headers, three bytes each: last flag, type (0 raw, 1 repeated byte, 2 compressed), size. */
function skipBlocks(input: Uint8Array, start: number, subject: string): { end: number; maxLength: number } {
  let at = start
  let maxLength = 0
  for (;;) {
    if (input.length - at < 3) throw corrupt(subject, 'zstd frame is cut before a block', at)
    const header = input[at]! | (input[at + 1]! << 8) | (input[at + 2]! << 16)
    const type = (header >>> 1) & 3
    const size = header >>> 3
    if (type === 3 || size > MAX_BLOCK) throw corrupt(subject, `zstd block of type ${type} and ${size} bytes`, at)
    at += 3 + (type === 1 ? 1 : size)
    maxLength += type === 2 ? MAX_BLOCK : size
    if (at > input.length) throw corrupt(subject, 'zstd frame is cut inside a block', at)
    if ((header & 1) === 1) return { end: at, maxLength }
  }
}

/**
 * The frame with the raw-content `dictionary` written before its blocks as uncompressed ones, so that any zstd decoder
 * gives the dictionary's bytes followed by the frame's `contentLength` bytes. Such a dictionary is nothing but history and
 * leaves the repeat offsets as they are, so the blocks decode unchanged; a checksum, which would cover the content alone,
 * is dropped.
 *
 * Source: RFC 8878, sections 3.1.1 and 5 (raw-content dictionaries).
 */
export function prependDictionary(
  input: Uint8Array,
  frame: ZstdFrame,
  contentLength: number,
  dictionary: Uint8Array,
): Uint8Array {
  const rawBlocks = Math.ceil(dictionary.length / MAX_BLOCK)
  const output = new Uint8Array(9 + 3 * rawBlocks + dictionary.length + frame.blocksEnd - frame.blocks)
  const view = new DataView(output.buffer)
  output.set(MAGIC, 0)
  output[4] = 0xa0 // single segment, content size of four bytes, no checksum
  view.setUint32(5, dictionary.length + contentLength, true)
  let to = 9
  for (let from = 0; from < dictionary.length; from += MAX_BLOCK) {
    const block = dictionary.subarray(from, from + MAX_BLOCK)
    view.setUint16(to, (block.length << 3) & 0xffff, true)
    view.setUint8(to + 2, block.length >>> 13)
    output.set(block, to + 3)
    to += 3 + block.length
  }
  output.set(input.subarray(frame.blocks, frame.blocksEnd), to)
  return output
}
