import type { ByteCursor } from '../core/byte-cursor.ts'
import { inflateRaw } from '../codec/deflate.ts'
import { lz4Decode } from '../codec/lz4.ts'
import { zstdDecode } from '../codec/zstd.ts'

/**
 * Decodes one compressed unit at the cursor into `output[start, end)` and leaves the cursor behind it. Throws `BLOB_CORRUPT`
 * whatever the bytes; `end > start`.
 */
export type Decompress = (input: ByteCursor, output: Uint8Array, start: number, end: number) => void

/** One LZ4 block. Source: Lucene `CompressionMode.FAST`. */
export const lz4: Decompress = (input, output, start, end) => {
  input.offset = lz4Decode(input.bytes, input.offset, input.end, output, start, end, start, input.subject)
}

/**
 * LZ4 blocks behind a dictionary, which is the beginning of the output; every block sees the dictionary and itself.
 *
 * ```
 * vint dictLength, vint blockLength, vint compressed length of dictionary and of each block, dictionary, blocks
 * ```
 *
 * Source: Lucene `LZ4WithPresetDictCompressionMode`.
 */
export function lz4WithDictionary(): Decompress {
  let work = new Uint8Array(0)
  return (input, output, start, end) => {
    const { dictLength, blockLength, blocks } = readBlocks(input, end - start)
    const limits = new Int32Array(blocks + 1)
    for (let index = 0; index <= blocks; index++) limits[index] = input.vCount('compressed length', input.remaining)
    const { bytes, subject } = input
    const next = (length: number, to: Uint8Array, from: number, until: number, history: number): void => {
      const at = input.offset
      input.skip(length)
      const after = lz4Decode(bytes, at, at + length, to, from, until, history, subject)
      if (after !== at + length) throw input.corrupt(`LZ4 block of ${length} bytes ends after ${after - at}`, at)
    }

    const dictEnd = start + dictLength
    // An empty dictionary still takes one token, which decodes to nothing.
    if (dictLength === 0) input.skip(limits[0]!)
    else next(limits[0]!, output, start, dictEnd, start)
    if (work.length < dictLength + blockLength) work = new Uint8Array(dictLength + blockLength)
    work.set(output.subarray(start, dictEnd))
    for (let index = 1, at = dictEnd; index <= blocks; index++) {
      const until = Math.min(at + blockLength, end)
      if (at === dictEnd) {
        next(limits[index]!, output, at, until, start)
      } else {
        const length = dictLength + until - at
        next(limits[index]!, work, dictLength, length, 0)
        output.set(work.subarray(dictLength, length), at)
      }
      at = until
    }
  }
}

/** `vint length`, then one DEFLATE stream of it. Source: Lucene `CompressionMode.HIGH_COMPRESSION`. */
export const deflate: Decompress = (input, output, start, end) => {
  inflateRaw(takeUnit(input), output.subarray(start, end), input.subject)
}

/** DEFLATE streams behind a dictionary, each with its length. Source: Lucene `DeflateWithPresetDictCompressionMode`. */
export const deflateWithDictionary: Decompress = (input, output, start, end) =>
  withDictionary(inflateRaw, input, output, start, end)

/** `vint length`, then one zstd frame of it. Source: Elasticsearch `Zstd814StoredFieldsFormat`. */
export const zstd: Decompress = (input, output, start, end) => {
  output.set(zstdDecode(takeUnit(input), end - start, input.subject), start)
}

/** zstd frames behind a dictionary of raw content, each with its length. Source: OpenSearch custom-codecs `ZstdCompressionMode`. */
export const zstdWithDictionary: Decompress = (input, output, start, end) =>
  withDictionary(zstdFrame, input, output, start, end)

const zstdFrame: DecodeUnit = (input, output, subject, dictionary) =>
  output.set(zstdDecode(input, output.length, subject, dictionary))

/** `vint blockLength`, then zstd frames, each with its length. Source: OpenSearch custom-codecs `ZstdNoDictCompressionMode`. */
export const zstdBlocks: Decompress = (input, output, start, end) => {
  const blockLength = input.vCount('block length')
  if (blockLength === 0) throw input.corrupt('block length is 0')
  for (let at = start; at < end;) {
    const until = Math.min(at + blockLength, end)
    output.set(zstdDecode(takeUnit(input), until - at, input.subject), at)
    at = until
  }
}

/** Fills `output` from the unit that fills `input`. */
type DecodeUnit = (input: Uint8Array, output: Uint8Array, subject: string, dictionary?: Uint8Array) => void

function withDictionary(decode: DecodeUnit, input: ByteCursor, output: Uint8Array, start: number, end: number): void {
  const { dictLength, blockLength } = readBlocks(input, end - start)
  const dictEnd = start + dictLength
  const first = takeUnit(input)
  if ((first.length === 0) !== (dictLength === 0))
    throw input.corrupt(`${first.length} bytes for a dictionary of ${dictLength}`)
  const dictionary = output.subarray(start, dictEnd)
  if (dictLength > 0) decode(first, dictionary, input.subject)
  for (let at = dictEnd; at < end;) {
    const until = Math.min(at + blockLength, end)
    decode(takeUnit(input), output.subarray(at, until), input.subject, dictionary)
    at = until
  }
}

function takeUnit(input: ByteCursor): Uint8Array {
  return input.take(input.vCount('compressed length', input.remaining))
}

/** The lengths that begin every unit with a dictionary; each block takes one byte or more of input. */
function readBlocks(input: ByteCursor, length: number): { dictLength: number; blockLength: number; blocks: number } {
  const dictLength = input.vCount('dictionary length', length)
  const at = input.offset
  const blockLength = Math.min(input.vCount('block length'), length)
  const rest = length - dictLength
  const blocks = rest === 0 ? 0 : Math.ceil(rest / blockLength)
  if (blocks > input.remaining) throw input.corrupt(`${blocks} blocks, ${input.remaining} bytes left`, at)
  return { dictLength, blockLength, blocks }
}
