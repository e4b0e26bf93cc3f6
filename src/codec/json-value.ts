/** A JSON number that neither a double nor a bigint can hold, such as `0.12345678901234567890` or `1e400`, as its text. */
export class ExactNumber {
  /** The number as JSON spells it. */
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A value without children: integers beyond 2^53 are bigint, other numbers a double cannot hold are {@link ExactNumber}. */
export type JsonScalar = null | boolean | number | bigint | ExactNumber | string | Uint8Array

/** A decoded document; its objects take no name from a prototype: `__proto__` and `constructor` are names like any other. */
export type JsonValue = JsonScalar | readonly JsonValue[] | JsonObject

/** An object of a decoded document. */
export interface JsonObject {
  readonly [name: string]: JsonValue
}

/**
 * An object of a document before it has members. `Object.create(null)` would make a table of hashes, three times as large and
 * slower to fill and to read.
 */
export const EmptyObject = function EmptyObject() {} as unknown as new () => Record<string, JsonValue>
EmptyObject.prototype = Object.freeze(Object.create(null) as object)

/** True for an object of a decoded document: not null, not a list, not a scalar. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof ExactNumber)
  )
}

/**
 * The JSON number `text` as a plain number when that loses nothing, else as a bigint (integers) or an {@link ExactNumber}.
 * `1.50` becomes `1.5`: the value survives, its spelling does not.
 */
export function exactNumber(text: string): number | bigint | ExactNumber {
  const value = Number(text)
  // Fifteen significant digits always survive a double, unless an exponent makes it very small or large.
  if (text.length <= 15 && !/[eE]/.test(text)) return value
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(value) ? value : bigInteger(text)
  return Number.isFinite(value) && sameDecimal(text, String(value)) ? value : new ExactNumber(text)
}

/** Integers with more digits than this stay text: converting them costs quadratic time and nobody computes with them. */
const MAX_BIGINT_DIGITS = 10_000

function bigInteger(text: string): bigint | ExactNumber {
  return text.length <= MAX_BIGINT_DIGITS ? BigInt(text) : new ExactNumber(text)
}

function sameDecimal(left: string, right: string): boolean {
  const a = normalise(left)
  const b = normalise(right)
  return a.digits === b.digits && a.exponent === b.exponent && a.negative === b.negative
}

/** Sign, significant digits and power of ten of a decimal number, so that equal values compare equal. */
function normalise(text: string): { negative: boolean; digits: string; exponent: number } {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  const fraction = match?.[3] ?? ''
  const whole = (match?.[2] ?? '') + fraction
  const digits = trimZeros(whole)
  if (digits === '') return { negative: false, digits: '', exponent: 0 }
  const trailing = whole.length - whole.lastIndexOf(digits.at(-1)!) - 1
  return { negative: match?.[1] === '-', digits, exponent: Number(match?.[4] ?? 0) - fraction.length + trailing }
}

/** Without leading and trailing zeros; two plain loops because a regular expression would backtrack on long runs. */
function trimZeros(digits: string): string {
  let start = 0
  let end = digits.length
  while (start < end && digits[start] === '0') start++
  while (end > start && digits[end - 1] === '0') end--
  return digits.slice(start, end)
}
