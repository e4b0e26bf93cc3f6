/** Which optional features of SMILE a test document uses. */
export interface SmileFeatures {
  readonly sharedNames: boolean
  readonly sharedValues: boolean
  readonly rawBinary: boolean
}

/** A 32-bit float in a test document; a plain number is written as an integer when it is a safe one, else with 64 bits. */
export class Single {
  readonly value: number
  constructor(value: number) {
    this.value = Math.fround(value)
  }
}

/** A big decimal in a test document. */
export class Decimal {
  readonly unscaled: bigint
  readonly scale: number
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }
}

export type SmileInput =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Single
  | Decimal
  | readonly SmileInput[]
  | ReadonlyMap<string, SmileInput>

/** Writes SMILE documents for tests, straight from the format description and without the decoder's code. */
export class SmileEncoder {
  readonly #out: number[]
  readonly #features: SmileFeatures
  #names = new Map<string, number>()
  #values = new Map<string, number>()

  constructor(features: SmileFeatures) {
    this.#features = features
    const flags = (features.sharedNames ? 1 : 0) | (features.sharedValues ? 2 : 0) | (features.rawBinary ? 4 : 0)
    this.#out = [0x3a, 0x29, 0x0a, flags]
  }

  encode(value: SmileInput): Uint8Array {
    this.#value(value)
    return Uint8Array.from(this.#out)
  }

  #value(value: SmileInput): void {
    if (value === null) this.#out.push(0x21)
    else if (typeof value === 'boolean') this.#out.push(value ? 0x23 : 0x22)
    else if (typeof value === 'string') this.#text(value)
    else if (
      typeof value === 'bigint' ||
      (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0))
    )
      this.#integer(BigInt(value))
    else if (typeof value === 'number') this.#float(0x29, value)
    else if (value instanceof Single) this.#float(0x28, value.value)
    else if (value instanceof Decimal) {
      this.#out.push(0x2a)
      this.#vInt(zigzag(BigInt(value.scale), 32n))
      this.#sevenBits(twosComplement(value.unscaled))
    } else if (value instanceof Uint8Array) {
      if (this.#features.rawBinary) {
        this.#out.push(0xfd)
        this.#vInt(BigInt(value.length))
        this.#out.push(...value)
      } else {
        this.#out.push(0xe8)
        this.#sevenBits(value)
      }
    } else if (Array.isArray(value)) {
      this.#out.push(0xf8)
      for (const item of value as readonly SmileInput[]) this.#value(item)
      this.#out.push(0xf9)
    } else {
      this.#out.push(0xfa)
      for (const [name, item] of value as ReadonlyMap<string, SmileInput>) {
        this.#name(name)
        this.#value(item)
      }
      this.#out.push(0xfb)
    }
  }

  #text(text: string): void {
    const bytes = Buffer.from(text)
    const isAscii = bytes.every((byte) => byte < 0x80)
    const known = this.#features.sharedValues ? this.#values.get(text) : undefined
    if (bytes.length === 0) this.#out.push(0x20)
    else if (known !== undefined && known < 31) this.#out.push(known + 1)
    else if (known !== undefined && (known & 255) < 0xfe) this.#out.push(0xec | (known >> 8), known & 255)
    else if (bytes.length > (isAscii ? 64 : 65) || (!isAscii && bytes.length < 2)) {
      this.#out.push(isAscii ? 0xe0 : 0xe4, ...bytes, 0xfc)
    } else {
      const base = isAscii ? (bytes.length <= 32 ? 0x3f : 0x60 - 33) : bytes.length <= 33 ? 0x80 - 2 : 0xa0 - 34
      this.#out.push(base + bytes.length, ...bytes)
      if (this.#features.sharedValues) this.#values = remember(this.#values, text)
    }
  }

  #name(name: string): void {
    const bytes = Buffer.from(name)
    const isAscii = bytes.every((byte) => byte < 0x80)
    const known = this.#features.sharedNames ? this.#names.get(name) : undefined
    if (bytes.length === 0) this.#out.push(0x20)
    else if (known !== undefined && known < 64) this.#out.push(0x40 + known)
    else if (known !== undefined && (known & 255) < 0xfe) this.#out.push(0x30 | (known >> 8), known & 255)
    else if (bytes.length > (isAscii ? 64 : 57)) this.#out.push(0x34, ...bytes, 0xfc)
    else {
      this.#out.push(isAscii ? 0x7f + bytes.length : 0xc0 - 2 + bytes.length, ...bytes)
      if (this.#features.sharedNames) this.#names = remember(this.#names, name)
    }
  }

  #integer(value: bigint): void {
    if (value >= -16n && value <= 15n) this.#out.push(0xc0 + Number(zigzag(value, 32n)))
    else if (BigInt.asIntN(32, value) === value) {
      this.#out.push(0x24)
      this.#vInt(zigzag(value, 32n))
    } else if (BigInt.asIntN(64, value) === value) {
      this.#out.push(0x25)
      this.#vInt(zigzag(value, 64n))
    } else {
      this.#out.push(0x26)
      this.#sevenBits(twosComplement(value))
    }
  }

  #float(token: number, value: number): void {
    const view = new DataView(new ArrayBuffer(8))
    if (token === 0x28) view.setFloat32(4, value)
    else view.setFloat64(0, value)
    const bits = view.getBigUint64(0)
    this.#out.push(token)
    for (let group = token === 0x28 ? 4n : 9n; group >= 0n; group--)
      this.#out.push(Number((bits >> (7n * group)) & 0x7fn))
  }

  #vInt(value: bigint): void {
    const bytes = [Number(value & 0x3fn) | 0x80]
    for (let rest = value >> 6n; rest > 0n; rest >>= 7n) bytes.unshift(Number(rest & 0x7fn))
    this.#out.push(...bytes)
  }

  #sevenBits(bytes: Uint8Array): void {
    this.#vInt(BigInt(bytes.length))
    const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
    for (let at = 0; at < bits.length; at += 7) this.#out.push(parseInt(bits.slice(at, at + 7), 2))
  }
}

function remember(table: Map<string, number>, text: string): Map<string, number> {
  const next = table.size === 1024 ? new Map<string, number>() : table
  return next.set(text, next.size)
}

function zigzag(value: bigint, bits: bigint): bigint {
  return BigInt.asUintN(Number(bits), (value << 1n) ^ (value >> (bits - 1n)))
}

function twosComplement(value: bigint): Uint8Array {
  let length = 1
  while (BigInt.asIntN(8 * length, value) !== value) length++
  return Buffer.from(
    BigInt.asUintN(8 * length, value)
      .toString(16)
      .padStart(2 * length, '0'),
    'hex',
  )
}
