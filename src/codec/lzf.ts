import { corrupt } from './corrupt.ts'

/** True when the bytes begin like a stream of LZF chunks: `ZV` and a chunk type. */
export function isLzf(bytes: Uint8Array): boolean {
  return bytes.length >= 3 && bytes[0] === 0x5a && bytes[1] === 0x56 && bytes[2]! <= 1
}

/** One chunk: where its payload lies and how many bytes it stands for. */
interface LzfChunk {
  readonly compressed: boolean
  readonly start: number
  readonly end: number
  readonly rawLength: number
}

/**
 * Decodes a stream of LZF chunks that fills `input` and gives at most `maxLength` bytes; `BLOB_CORRUPT` otherwise.
 *
 * | bytes | content of a chunk |
 * |---|---|
 * | 3 | `ZV`, type |
 * | 2 | payload length, big-endian |
 * | 2 | raw length, big-endian; type 1 (compressed) only |
 *
 * Source: compress-lzf, the chunk format of ning's `LZFEncoder`.
 */
export function lzfDecode(input: Uint8Array, maxLength: number, subject: string): Uint8Array {
  const chunks: LzfChunk[] = []
  let total = 0
  for (let at = 0; at < input.length; at = chunks.at(-1)!.end) {
    const chunk = readChunkHeader(input, at, subject)
    total += chunk.rawLength
    if (total > maxLength) throw corrupt(subject, `LZF stream gives more than the ${maxLength} bytes allowed`, at)
    chunks.push(chunk)
  }
  const output = new Uint8Array(total)
  let to = 0
  for (const chunk of chunks) {
    if (chunk.compressed) decodeChunk(input, chunk, output, to, subject)
    else output.set(input.subarray(chunk.start, chunk.end), to)
    to += chunk.rawLength
  }
  return output
}

function readChunkHeader(input: Uint8Array, at: number, subject: string): LzfChunk {
  if (!isLzf(input.subarray(at, at + 3))) throw corrupt(subject, 'no LZF chunk', at)
  const compressed = input[at + 2] === 1
  const start = at + (compressed ? 7 : 5)
  if (start > input.length) throw corrupt(subject, 'LZF chunk header is cut', at)
  const length = (input[at + 3]! << 8) | input[at + 4]!
  const rawLength = compressed ? (input[at + 5]! << 8) | input[at + 6]! : length
  if (length > input.length - start) {
    throw corrupt(subject, `LZF chunk of ${length} bytes, ${input.length - start} left`, at)
  }
  return { compressed, start, end: start + length, rawLength }
}

/** Literal runs (control byte below 32) and back references, which stay inside the chunk and may overlap. */
function decodeChunk(input: Uint8Array, chunk: LzfChunk, output: Uint8Array, base: number, subject: string): void {
  const outputEnd = base + chunk.rawLength
  let from = chunk.start
  let to = base
  while (from < chunk.end) {
    const at = from
    const control = input[from++]!
    if (control < 32) {
      const run = control + 1
      if (run > chunk.end - from || run > outputEnd - to)
        throw corrupt(subject, `LZF run of ${run} bytes passes its chunk`, at)
      output.set(input.subarray(from, from + run), to)
      from += run
      to += run
      continue
    }
    let length = control >>> 5
    if (chunk.end - from < (length === 7 ? 2 : 1)) throw corrupt(subject, 'LZF back reference is cut', at)
    if (length === 7) length += input[from++]!
    length += 2
    const distance = (((control & 0x1f) << 8) | input[from++]!) + 1
    if (distance > to - base || length > outputEnd - to) {
      throw corrupt(subject, `LZF copy of ${length} bytes from ${distance} back passes its chunk`, at)
    }
    for (const end = to + length; to < end; to++) output[to] = output[to - distance]!
  }
  if (to !== outputEnd) {
    throw corrupt(subject, `LZF chunk gives ${to - base} bytes instead of ${chunk.rawLength}`, chunk.start)
  }
}
