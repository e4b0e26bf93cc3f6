import { isUtf8 } from 'node:buffer'

const [QUOTE, ZERO] = [0x22, 0x30] as const
const FIRST_LONG = 0x80
/** What is allocated at once, for one long text or many short ones. */
const BLOCK_BYTES = 256 * 1024
/** Bytes that one UTF-16 unit takes at most. */
const UNIT_BYTES = 3
/** Longer texts are encoded, and longer byte strings copied, by what the platform has for that. */
const SHORT = 64

/** The escape of each byte that cannot stand in a JSON string as it is, as `JSON.stringify` writes it. */
const ESCAPES: readonly (Uint8Array | undefined)[] = Array.from({ length: FIRST_LONG }, (_, byte) => {
  const text = JSON.stringify(String.fromCharCode(byte)).slice(1, -1)
  return text.length === 1 ? undefined : Buffer.from(text, 'latin1')
})
/** 1 for every byte that can stand in a string as it is. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (byte < FIRST_LONG && ESCAPES[byte] === undefined ? 1 : 0))

/** Writes JSON texts as UTF-8 one after the other into blocks of memory. */
export class JsonBytes {
  #bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  #view = new DataView(this.#bytes.buffer)
  /** Where the text under way begins. */
  #start = 0
  /** Where it ends so far; set it back to take away what was written last. */
  length = 0

  /** Begins a text; one that was under way, as when its writer threw, is taken away. */
  begin(): void {
    this.length = this.#start
  }

  /** Ends the text under way and returns it; the bytes are not written again. */
  take(): Uint8Array {
    const text = this.#bytes.subarray(this.#start, this.length)
    if (this.#bytes.length - this.length < BLOCK_BYTES / 4) {
      this.#use(Buffer.allocUnsafeSlow(BLOCK_BYTES))
      this.length = 0
    }
    this.#start = this.length
    return text
  }

  /** A copy of what was written from a place of the text under way on. */
  copyFrom(start: number): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(start, this.length))
  }

  /** Replaces a byte that has been written. */
  replace(at: number, byte: number): void {
    this.#bytes[at] = byte
  }

  byte(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.length++] = byte
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    const { length } = bytes
    this.#reserve(length)
    if (length > SHORT) {
      this.#bytes.set(bytes, this.length)
      this.length += length
      return
    }
    for (let index = 0; index < length; index++) this.#bytes[this.length++] = bytes[index]!
  }

  /** A text that is JSON already. */
  text(text: string): void {
    const { length } = text
    this.#reserve(length * UNIT_BYTES)
    const start = this.length
    if (length <= SHORT) {
      let index = 0
      for (; index < length; index++) {
        const unit = text.charCodeAt(index)
        if (unit >= FIRST_LONG) break
        this.#bytes[this.length++] = unit
      }
      if (index === length) return
    }
    this.length = start + this.#bytes.write(text, start)
  }

  /** A whole number; false, and nothing is written, when it is not exact. */
  integer(value: number): boolean {
    if (!Number.isSafeInteger(value)) return false
    if ((value | 0) !== value || value < 0) {
      this.text(String(value))
      return true
    }
    let digits = 1
    for (let limit = 10; value >= limit; limit *= 10) digits++
    this.digits(value, digits)
    return true
  }

  /** The last `count` digits of a whole number below 2^31. */
  digits(value: number, count: number): void {
    this.#reserve(count)
    let rest = value
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0
      this.#bytes[at] = ZERO + (rest - tenth * 10)
      rest = tenth
    }
    this.length += count
  }

  /** A string from its UTF-8; false, and nothing is written, when the bytes are none. */
  string(value: Uint8Array): boolean {
    const { length } = value
    this.#reserve(length + 2)
    const start = this.length + 1
    this.#bytes.set(value, start)
    if (!this.#isPlain(start, start + length)) return this.#escaped(value)
    this.#bytes[start - 1] = QUOTE
    this.#bytes[start + length] = QUOTE
    this.length = start + length + 1
    return true
  }

  /** True when the bytes `[from, to)` can stand in a string as they are, four looked at together. */
  #isPlain(from: number, to: number): boolean {
    let at = from
    for (; at + 4 <= to; at += 4) if (hasSpecial(this.#view.getInt32(at))) return false
    for (; at < to; at++) if (PLAIN[this.#bytes[at]!] === 0) return false
    return true
  }

  /** A string with bytes that have to be escaped, or that are not ASCII. */
  #escaped(value: Uint8Array): boolean {
    if (!isUtf8(value)) return false
    let { length } = value
    for (let index = 0; index < value.length; index++) length += (ESCAPES[value[index]!]?.length ?? 1) - 1
    this.#reserve(length + 2)
    this.byte(QUOTE)
    if (length === value.length) this.raw(value)
    else
      for (let index = 0; index < value.length; index++) {
        const byte = value[index]!
        const escape = ESCAPES[byte]
        if (escape === undefined) this.#bytes[this.length++] = byte
        else this.raw(escape)
      }
    this.byte(QUOTE)
    return true
  }

  #reserve(more: number): void {
    const least = this.length + more
    if (least <= this.#bytes.length) return
    // Places in the text under way stay what they are.
    const larger = Buffer.allocUnsafeSlow(Math.max(least, 2 * this.#bytes.length))
    larger.set(this.#bytes.subarray(this.#start, this.length), this.#start)
    this.#use(larger)
  }

  #use(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

/** True when one of four bytes is a quote, a backslash, a control character or not ASCII. */
function hasSpecial(four: number): boolean {
  const [quotes, backslashes] = [four ^ 0x22222222, four ^ 0x5c5c5c5c]
  const matches = ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes)
  return ((four | (four - 0x20202020) | matches) & 0x80808080) !== 0
}
