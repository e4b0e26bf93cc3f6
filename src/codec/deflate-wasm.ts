import { BUILD_TABLE, inflateStream, PAIR_LITERALS } from './deflate-stream.ts'
import * as t from './deflate-table.ts'
import { wasmModule, type WasmFunction } from './wasm-code.ts'
import { wasmInstance } from './wasm-instance.ts'

const PAGE = 64 * 1024
const PAGES = 96
/** Longest stream, in bytes. */
const MAX_INPUT = 2 * 1024 * 1024
/** Bytes behind each region that the decoder may read or write too far. */
const SLACK = 1024
const INPUT_AT = PAGE
const HISTORY_AT = INPUT_AT + MAX_INPUT + SLACK
/** Longest history and output together, in bytes. */
const MAX_OUTPUT = PAGES * PAGE - HISTORY_AT - SLACK
const MAX_DISTANCE = 32_768

/** Fills `output` from the stream that fills `input`; false when it is damaged, of another length, or too large. */
export type DeflateWasmDecode = (input: Uint8Array, output: Uint8Array, dictionary: Uint8Array) => boolean

/**
 * The DEFLATE decoder in WebAssembly; null where WebAssembly with 128-bit copies is missing. Its memory of 6 MiB is all it
 * can touch.
 */
export function deflateWasm(): DeflateWasmDecode | null {
  const functions: WasmFunction[] = [inflateStream]
  functions.splice(BUILD_TABLE, 0, t.buildTable)
  functions.splice(PAIR_LITERALS, 0, t.pairLiterals)
  const module = wasmInstance(wasmModule(PAGES, functions))
  if (module === null) return null
  const { run, memory } = module
  writeConstants(memory)
  return (input, output, dictionary) => {
    const history = Math.min(dictionary.length, MAX_DISTANCE)
    if (input.length > MAX_INPUT || history + output.length > MAX_OUTPUT) return false
    memory.set(input, INPUT_AT)
    if (history > 0) memory.set(dictionary.subarray(dictionary.length - history), HISTORY_AT)
    const outputAt = HISTORY_AT + history
    const inputEnd = INPUT_AT + input.length
    const outputEnd = outputAt + output.length
    if (run(INPUT_AT, inputEnd, outputAt, outputEnd, HISTORY_AT) !== inputEnd) return false
    output.set(memory.subarray(outputAt, outputEnd))
    return true
  }
}

/** Bytes in reverse bit order, and what each symbol of the three codes stands for. Source: RFC 1951, section 3.2.5. */
function writeConstants(memory: Uint8Array): void {
  for (let byte = 0; byte < 256; byte++) {
    let reversed = 0
    for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit)
    memory[byte] = reversed
  }
  const view = new DataView(memory.buffer)
  const put = (table: number, symbol: number, result: number): void => view.setUint32(table + symbol * 4, result, true)
  for (let byte = 0; byte < 256; byte++) put(t.LITERAL_RESULTS, byte, (byte << 16) | t.LITERAL)
  put(t.LITERAL_RESULTS, 256, t.EXCEPTION | t.END_OF_BLOCK)
  for (let symbol = 257, base = 3; symbol < 285; symbol++) {
    const extra = symbol < 265 ? 0 : (symbol - 261) >> 2
    put(t.LITERAL_RESULTS, symbol, (base << 16) | extra)
    base += 1 << extra
  }
  put(t.LITERAL_RESULTS, 285, 258 << 16)
  for (const symbol of [286, 287]) put(t.LITERAL_RESULTS, symbol, t.EXCEPTION)
  for (let symbol = 0, base = 1; symbol < 30; symbol++) {
    const extra = symbol < 4 ? 0 : (symbol - 2) >> 1
    put(t.DISTANCE_RESULTS, symbol, (base << 16) | extra)
    base += 1 << extra
  }
  for (const symbol of [30, 31]) put(t.DISTANCE_RESULTS, symbol, t.EXCEPTION)
  for (let symbol = 0; symbol < 19; symbol++) put(t.PRECODE_RESULTS, symbol, symbol << 16)
}
