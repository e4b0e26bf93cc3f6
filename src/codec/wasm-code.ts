/**
 * Builders for the few WebAssembly instructions that a byte decoder needs. Each takes and gives encoded bytes; operands
 * come first, as on WebAssembly's stack, so that nested calls read like expressions. All numbers are 32-bit, all
 * comparisons unsigned.
 *
 * Source: WebAssembly core specification 2.0, section 5 (binary format).
 */
export type Code = readonly number[]

const I32 = 0x7f
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
export const and = binary(0x71)
export const shiftRight = binary(0x76)
export const equal = binary(0x46)
export const notEqual = binary(0x47)
export const less = binary(0x49)
export const greater = binary(0x4b)
export const notLess = binary(0x4f)

/** One byte, or two in little-endian order, from an address. */
export const load8 = (address: Code): Code => [...address, 0x2d, 0, 0]
export const load16 = (address: Code): Code => [...address, 0x2f, 0, 0]

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
export const returns = (value: Code): Code => [...value, 0x0f]

/** A module of one function `run` on 32-bit numbers with one result, and its memory of `pages` × 64 KiB. */
export function singleFunctionModule(
  parameters: number,
  locals: number,
  pages: number,
  body: readonly Code[],
): Uint8Array<ArrayBuffer> {
  const code = [...vector([[...unsigned(locals), I32]]), ...body.flat(), END]
  const type = [0x60, ...vector(Array<Code>(parameters).fill([I32])), ...vector([[I32]])]
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([type])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0, ...unsigned(pages)]])),
    ...section(
      7,
      vector([
        [...text('memory'), 2, 0],
        [...text('run'), 0, 0],
      ]),
    ),
    ...section(10, vector([[...unsigned(code.length), ...code]])),
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
