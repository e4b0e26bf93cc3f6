/**
 * Builders for the few WebAssembly instructions that a byte decoder needs. Each takes and gives encoded bytes; operands
 * come first, as on WebAssembly's stack, so that nested calls read like expressions. Numbers are 32-bit unless a name says
 * `Long`, all comparisons unsigned; shifts count modulo the width of their number.
 *
 * Source: WebAssembly core specification 2.0, section 5 (binary format).
 */
export type Code = readonly number[]

const I32 = 0x7f
const I64 = 0x7e
const NO_RESULT = 0x40
const END = 0x0b

/** Unsigned LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

/** Signed LEB128. */
function signed(value: number): Code {
  return value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)]
}

const binary =
  (opcode: number) =>
  (left: Code, right: Code): Code => [...left, ...right, opcode]

export const constant = (value: number): Code => [0x41, ...signed(value)]
export const get = (local: number): Code => [0x20, local]
export const set = (local: number, value: Code): Code => [...value, 0x21, local]

export const add = binary(0x6a)
export const subtract = binary(0x6b)
export const multiply = binary(0x6c)
export const and = binary(0x71)
export const or = binary(0x72)
export const xor = binary(0x73)
export const shiftLeft = binary(0x74)
export const shiftRight = binary(0x76)
export const equal = binary(0x46)
export const notEqual = binary(0x47)
export const less = binary(0x49)
export const greater = binary(0x4b)
export const notLess = binary(0x4f)

/** 64-bit numbers: from a constant below 2³¹ or a 32-bit number, and back to the low 32 bits. */
export const longConstant = (value: number): Code => [0x42, ...signed(value)]
export const toLong = (value: Code): Code => [...value, 0xad]
export const lowBits = (value: Code): Code => [...value, 0xa7]
export const orLong = binary(0x84)
export const shiftLeftLong = binary(0x86)
export const shiftRightLong = binary(0x88)

/** One, two, four or eight bytes in little-endian order from an address and a constant offset. */
export const load8 = (address: Code, offset = 0): Code => [...address, 0x2d, 0, ...unsigned(offset)]
export const load16 = (address: Code, offset = 0): Code => [...address, 0x2f, 0, ...unsigned(offset)]
export const load32 = (address: Code, offset = 0): Code => [...address, 0x28, 0, ...unsigned(offset)]
export const loadLong = (address: Code): Code => [...address, 0x29, 0, 0]
export const store8 = (address: Code, value: Code): Code => [...address, ...value, 0x3a, 0, 0]
export const store16 = (address: Code, value: Code): Code => [...address, ...value, 0x3b, 0, 0]
export const store32 = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  0x36,
  0,
  ...unsigned(offset),
]
/** Moves or sets any number of bytes. */
export const copyBytes = (to: Code, from: Code, count: Code): Code => [...to, ...from, ...count, 0xfc, 10, 0, 0]
export const fillBytes = (to: Code, value: Code, count: Code): Code => [...to, ...value, ...count, 0xfc, 11, 0]

/** Moves 1, 8 or 16 bytes from one address to another; the addresses need no alignment. */
export const copy1 = (to: Code, from: Code): Code => [...to, ...from, 0x2d, 0, 0, 0x3a, 0, 0]
export const copy8 = (to: Code, from: Code): Code => [...to, ...from, 0x29, 0, 0, 0x37, 0, 0]
export const copy16 = (to: Code, from: Code): Code => [...to, ...from, 0xfd, 0, 0, 0, 0xfd, 11, 0, 0]

export const when = (condition: Code, ...then: readonly Code[]): Code => [
  ...condition,
  0x04,
  NO_RESULT,
  ...then.flat(),
  END,
]
export const choose = (condition: Code, then: Code, otherwise: Code): Code => [
  ...condition,
  0x04,
  NO_RESULT,
  ...then,
  0x05,
  ...otherwise,
  END,
]
/** Runs the body, then again from its start as long as `condition` holds. */
export const repeatWhile = (condition: Code, ...body: readonly Code[]): Code => [
  0x03,
  NO_RESULT,
  ...body.flat(),
  ...condition,
  0x0d,
  0,
  END,
]
/** The body is a place to `leave`; a loop is one to go back to its start. */
export const block = (...body: readonly Code[]): Code => [0x02, NO_RESULT, ...body.flat(), END]
export const loop = (...body: readonly Code[]): Code => [0x03, NO_RESULT, ...body.flat(), END]
/** Goes to the end of the block, or to the start of the loop, that is `depth` levels out; `when` is a level too. */
export const leave = (depth: number): Code => [0x0c, depth]
export const returns = (value: Code): Code => [...value, 0x0f]
/** The result of the function with that place in the module. */
export const call = (place: number, ...values: readonly Code[]): Code => [...values.flat(), 0x10, place]

/** A function on 32-bit numbers with one result; `locals` are numbered behind the parameters, 64-bit ones last. */
export interface WasmFunction {
  readonly parameters: number
  readonly locals: number
  readonly longLocals?: number
  readonly body: readonly Code[]
}

/** A module that exports its last function as `run`, and its memory of `pages` × 64 KiB. */
export function wasmModule(pages: number, functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [
    0x60,
    ...vector(Array<Code>(parameters).fill([I32])),
    ...vector([[I32]]),
  ])
  const bodies = functions.map(({ locals, longLocals = 0, body }) => {
    const declared = vector([
      [...unsigned(locals), I32],
      [...unsigned(longLocals), I64],
    ])
    const code = [...declared, ...body.flat(), END]
    return [...unsigned(code.length), ...code]
  })
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(3, vector(functions.map((_, place) => unsigned(place)))),
    ...section(5, vector([[0, ...unsigned(pages)]])),
    ...section(
      7,
      vector([
        [...text('memory'), 2, 0],
        [...text('run'), 0, ...unsigned(functions.length - 1)],
      ]),
    ),
    ...section(10, vector(bodies)),
  ])
}

function vector(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()]
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content]
}

function text(name: string): Code {
  return vector([...Buffer.from(name, 'latin1')].map((byte) => [byte]))
}
