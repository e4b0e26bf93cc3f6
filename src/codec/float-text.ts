/** As many digits as can be asked for behind the first. */
const MOST_DIGITS = 100

/**
 * The shortest decimal text that reads back as the same 64-bit (or, `single`, 32-bit) float, spelled as Java spells it:
 * `1.0`, `1.0E10`, `4.9E-324`. NaN and the infinities give their quoted names, as they are no JSON numbers.
 *
 * Source: `Double.toString` and `Float.toString` of Java 19 and later.
 */
export function floatText(value: number, single = false): string {
  if (!Number.isFinite(value)) return `"${String(value)}"`
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa, power] = shortest(Math.abs(value), single).split('e') as [string, string]
  const digits = mantissa.replace('.', '')
  const exponent = Number(power)
  return (
    (value < 0 ? '-' : '') + (exponent >= -3 && exponent < 7 ? plain(digits, exponent) : scientific(digits, exponent))
  )
}

/** Shortest digits in exponential form, but at least two when the second brings the text closer to the value. */
function shortest(value: number, single: boolean): string {
  if (!single) return atLeastTwoDigits(value, value.toExponential())
  for (let fraction = 0; fraction < 9; fraction++) {
    const text = value.toExponential(fraction)
    if (Math.fround(Number(text)) === value) return atLeastTwoDigits(value, evenOfTwo(value, text, fraction))
  }
  return value.toExponential(9)
}

/** Of two texts that are equally far from the value, of which `text` is the upper one, that with an even last digit. */
function evenOfTwo(value: number, text: string, fraction: number): string {
  const at = text.indexOf('e') - 1
  if (Number(text[at]) % 2 === 0 || !isHalfway(value, fraction)) return text
  const lower = `${text.slice(0, at)}${Number(text[at]) - 1}${text.slice(at + 1)}`
  // Below a power of two, floats are twice as dense.
  return Math.fround(Number(lower)) === value ? lower : text
}

/** True when the value has exactly one more digit, a 5. */
function isHalfway(value: number, fraction: number): boolean {
  if (Number(value.toExponential(fraction + 1)) !== value) return false
  const [digits] = value.toExponential(MOST_DIGITS).split('e') as [string]
  return /^50*$/.test(digits.replace('.', '').slice(fraction + 1))
}

function atLeastTwoDigits(value: number, text: string): string {
  return text.includes('.') ? text : value.toExponential(1)
}

function plain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${trimZeros(digits)}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${whole}.${trimZeros(digits.slice(exponent + 1)) || '0'}`
}

function scientific(digits: string, exponent: number): string {
  return `${digits[0]!}.${digits.slice(1) || '0'}E${exponent}`
}

function trimZeros(digits: string): string {
  return digits.replace(/0+$/, '')
}
