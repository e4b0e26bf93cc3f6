import { corrupt } from './corrupt.ts'

/** Longest literal run or match that is copied in a loop; `set` and `copyWithin` cost a call but then move blocks. */
const LOOP_COPY = 48

/**
 * The same contract as `lz4Decode`, in plain JavaScript: for blocks too large for the WebAssembly memory, for a Node that
 * runs without WebAssembly, and to say what is wrong with a damaged block.
 */
export function lz4DecodePlain(
  input: Uint8Array,
  inputStart: number,
  inputEnd: number,
  output: Uint8Array,
  outputStart: number,
  outputEnd: number,
  historyStart: number,
  subject: string,
): number {
  let from = inputStart
  let to = outputStart
  for (;;) {
    if (from >= inputEnd) throw corrupt(subject, 'LZ4 block ends before a sequence', from)
    const token = input[from++]!

    let literals = token >>> 4
    if (literals === 15) {
      let byte
      do {
        if (from >= inputEnd) throw corrupt(subject, 'LZ4 block ends inside a literal length', from)
        byte = input[from++]!
        literals += byte
      } while (byte === 255)
    }
    if (literals > inputEnd - from || literals > outputEnd - to) {
      throw corrupt(subject, `LZ4 run of ${literals} literals passes the end of the block`, from)
    }
    if (literals <= LOOP_COPY) {
      for (const end = from + literals; from < end;) output[to++] = input[from++]!
    } else {
      output.set(input.subarray(from, from + literals), to)
      from += literals
      to += literals
    }
    if (to === outputEnd) return from

    if (inputEnd - from < 2) throw corrupt(subject, 'LZ4 block ends inside a match distance', from)
    const distance = input[from]! | (input[from + 1]! << 8)
    from += 2
    if (distance === 0 || distance > to - historyStart) {
      throw corrupt(subject, `LZ4 match distance is ${distance}, allowed 1 to ${to - historyStart}`, from - 2)
    }
    let length = token & 15
    if (length === 15) {
      let byte
      do {
        if (from >= inputEnd) throw corrupt(subject, 'LZ4 block ends inside a match length', from)
        byte = input[from++]!
        length += byte
      } while (byte === 255)
    }
    length += 4
    if (length > outputEnd - to)
      throw corrupt(subject, `LZ4 match of ${length} bytes passes the end of the output`, from)
    const end = to + length
    if (length > LOOP_COPY && distance >= length) {
      output.copyWithin(to, to - distance, end - distance)
      to = end
    } else {
      for (let match = to - distance; to < end;) output[to++] = output[match++]!
    }
    if (to === outputEnd) return from
  }
}
