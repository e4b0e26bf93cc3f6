import * as w from './wasm-code.ts'
import { wasmInstance } from './wasm-instance.ts'

const PAGE = 64 * 1024
const PAGES = 96
/** Bytes behind each region that 16-byte copies may read or write too far. */
const SLACK = 16
/** Longest compressed block, in bytes; short enough that no length of a run can pass 32 bits. */
const MAX_INPUT = 2 * 1024 * 1024
const HISTORY_AT = MAX_INPUT + SLACK
/** Longest history and output together, in bytes. */
const MAX_OUTPUT = PAGES * PAGE - HISTORY_AT - SLACK
/** The longest distance of a match: older history cannot be reached. */
const MAX_DISTANCE = 65_535
const DAMAGED = -1

/** Parameters and locals of the function, by number. */
const FROM = 0
const INPUT_END = 1
const TO = 2
const OUTPUT_END = 3
const HISTORY = 4
const TOKEN = 5
const LENGTH = 6
const BYTE = 7
const DISTANCE = 8
const SOURCE = 9
const END = 10

const from = w.get(FROM)
const to = w.get(TO)
const length = w.get(LENGTH)
const distance = w.get(DISTANCE)
const advance = (local: number, count: number): w.Code => w.set(local, w.add(w.get(local), w.constant(count)))
const failIf = (condition: w.Code): w.Code => w.when(condition, w.returns(w.constant(DAMAGED)))
const inputLeft = w.subtract(w.get(INPUT_END), from)
const outputLeft = w.subtract(w.get(OUTPUT_END), to)

/** A length of 15 goes on in the following bytes, up to the first that is not 255. */
const extendLength = w.when(
  w.equal(length, w.constant(15)),
  w.repeatWhile(
    w.equal(w.get(BYTE), w.constant(255)),
    failIf(w.notLess(from, w.get(INPUT_END))),
    w.set(BYTE, w.load8(from)),
    advance(FROM, 1),
    w.set(LENGTH, w.add(length, w.get(BYTE))),
  ),
)

/** Copies from SOURCE until TO reaches END, `step` bytes at a time; it may write up to `step - 1` bytes behind END. */
const copyRun = (step: number, copy: (to: w.Code, from: w.Code) => w.Code): w.Code =>
  w.repeatWhile(w.less(to, w.get(END)), copy(to, w.get(SOURCE)), advance(TO, step), advance(SOURCE, step))

const copyLiterals = [
  extendLength,
  failIf(w.greater(length, inputLeft)),
  failIf(w.greater(length, outputLeft)),
  w.set(END, w.add(to, length)),
  w.set(SOURCE, from),
  w.set(FROM, w.add(from, length)),
  copyRun(16, w.copy16),
  w.set(TO, w.get(END)),
  w.when(w.equal(to, w.get(OUTPUT_END)), w.returns(from)),
]

const copyMatch = [
  failIf(w.less(inputLeft, w.constant(2))),
  w.set(DISTANCE, w.load16(from)),
  advance(FROM, 2),
  // Unsigned, so that a distance of 0 becomes the largest number and fails as well.
  failIf(w.notLess(w.subtract(distance, w.constant(1)), w.subtract(to, w.get(HISTORY)))),
  w.set(LENGTH, w.and(w.get(TOKEN), w.constant(15))),
  extendLength,
  advance(LENGTH, 4),
  failIf(w.greater(length, outputLeft)),
  w.set(SOURCE, w.subtract(to, distance)),
  w.set(END, w.add(to, length)),
  // A match may overlap what it writes: a copy must not be wider than the distance.
  w.choose(
    w.notLess(distance, w.constant(16)),
    copyRun(16, w.copy16),
    w.choose(w.notLess(distance, w.constant(8)), copyRun(8, w.copy8), copyRun(1, w.copy1)),
  ),
  w.set(TO, w.get(END)),
]

const decodeBlock = [
  w.repeatWhile(
    w.notEqual(to, w.get(OUTPUT_END)),
    failIf(w.notLess(from, w.get(INPUT_END))),
    w.set(TOKEN, w.load8(from)),
    advance(FROM, 1),
    w.set(LENGTH, w.shiftRight(w.get(TOKEN), w.constant(4))),
    w.when(length, ...copyLiterals),
    ...copyMatch,
  ),
  from,
]

/** Decodes like `lz4Decode`, or returns -1 when the block is damaged or too large for it. */
export type Lz4WasmDecode = (
  input: Uint8Array,
  inputStart: number,
  inputEnd: number,
  output: Uint8Array,
  outputStart: number,
  outputEnd: number,
  historyStart: number,
) => number

/**
 * The LZ4 decoder in WebAssembly, four to six times as fast as plain JavaScript, its copies in and out included (`bench/lz4.ts`); null
 * where WebAssembly with 128-bit copies is missing. Its memory of 6 MiB is all it can touch.
 */
export function lz4Wasm(): Lz4WasmDecode | null {
  const module = wasmInstance(w.wasmModule(PAGES, [{ parameters: 5, locals: 6, body: decodeBlock }]))
  if (module === null) return null
  const { run, memory } = module
  return (input, inputStart, inputEnd, output, outputStart, outputEnd, historyStart) => {
    const outputLength = outputEnd - outputStart
    // No encoder makes a block longer than this, so a caller need not know where the block ends.
    const inputLength = Math.min(inputEnd - inputStart, outputLength + (outputLength >>> 7) + 64)
    const history = Math.min(outputStart - historyStart, MAX_DISTANCE)
    if (inputLength > MAX_INPUT || history + outputLength > MAX_OUTPUT || outputLength === 0) return DAMAGED
    memory.set(input.subarray(inputStart, inputStart + inputLength), 0)
    if (history > 0) memory.set(output.subarray(outputStart - history, outputStart), HISTORY_AT)
    const outputAt = HISTORY_AT + history
    const end = run(0, inputLength, outputAt, outputAt + outputLength, HISTORY_AT)
    if (end === DAMAGED) return DAMAGED
    output.set(memory.subarray(outputAt, outputAt + outputLength), outputStart)
    return inputStart + end
  }
}
