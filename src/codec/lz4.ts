import { lz4DecodePlain } from './lz4-plain.ts'
import { lz4Wasm } from './lz4-wasm.ts'

const decodeFast = lz4Wasm()

/**
 * Decodes one raw LZ4 block (no frame, no length) from `input[inputStart, inputEnd)` into `output[outputStart, outputEnd)`
 * and returns the input offset behind it. Decoding stops exactly when `outputEnd` is reached; `inputEnd` may lie behind the
 * block. Matches may reach back to `historyStart` in `output`, where a preset dictionary lies. Throws `BLOB_CORRUPT`
 * whatever the bytes; `output` is then partly written, never outside its range.
 *
 * Source: LZ4 block format; Lucene `LZ4.decompress` (the last sequence ends with its literals).
 */
export function lz4Decode(
  input: Uint8Array,
  inputStart: number,
  inputEnd: number,
  output: Uint8Array,
  outputStart: number,
  outputEnd: number,
  historyStart: number,
  subject: string,
): number {
  const end = decodeFast?.(input, inputStart, inputEnd, output, outputStart, outputEnd, historyStart) ?? -1
  if (end >= 0) return end
  return lz4DecodePlain(input, inputStart, inputEnd, output, outputStart, outputEnd, historyStart, subject)
}
