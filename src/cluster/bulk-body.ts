/** Where a document goes. */
export interface BulkTarget {
  readonly index: string
  /** At most 512 bytes in UTF-8, or the target refuses it. */
  readonly id: string
  readonly routing?: string | undefined
  /** Mapping type, for targets that still have them. */
  readonly type?: string | undefined
}

/** An id that is base64 and writes itself, for which no string has to be made. */
export interface PlainId {
  /** Bytes that it takes at most. */
  readonly bound: number
  /** Writes it and returns the offset behind it. */
  write(buffer: Uint8Array, at: number): number
}

/** Where a document that is added goes. */
export interface BulkAddress extends Omit<BulkTarget, 'id'> {
  readonly id: string | PlainId
}

/** What happens to a document that the target already holds: `index` overwrites it, `create` leaves it. */
export type BulkOp = 'index' | 'create'

/** The bounds of one body. */
export interface BulkBodyOptions {
  /** Bytes; a single document larger than this travels alone. */
  readonly maxBytes: number
  readonly maxDocs: number
  readonly op: BulkOp
}

const NEWLINE = 0x0a
const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Strings up to this length are written byte by byte, which is faster than a call into the engine. */
const SHORT = 64
/** Closes the action line: quote, two braces, newline. */
const ACTION_END = Buffer.from('"}}\n')
const ROUTING_KEY = Buffer.from('","routing":"')

/**
 * One bulk body in a buffer of its own: action line, document, newline, again and again. Documents are copied once, as they
 * are; they must be one JSON object each without a raw newline. After `clear` the buffer is used again, so a body belongs to
 * its loader until that has resolved.
 */
export class BulkBody {
  readonly #options: BulkBodyOptions
  /** Action line up to the opening quote of the id, by index and type. */
  readonly #prefixes = new Map<string, Buffer>()
  #buffer: Buffer
  #length = 0
  #docs = 0
  /** Two numbers a document: where its action line begins, and where its source begins. */
  #offsets: Float64Array
  #source: Uint8Array | undefined
  #sourceBuffer: Buffer | undefined

  constructor(options: BulkBodyOptions) {
    this.#options = options
    this.#buffer = Buffer.allocUnsafeSlow(Math.min(options.maxBytes, 1024 * 1024))
    this.#offsets = new Float64Array(2 * Math.min(options.maxDocs, 4096))
  }

  get op(): BulkOp {
    return this.#options.op
  }

  /** Documents in the body. */
  get docs(): number {
    return this.#docs
  }

  /** Length of the body in bytes. */
  get byteLength(): number {
    return this.#length
  }

  /** Adds `source[start, end)`; false, and nothing added, when the body has to be sent first. */
  add(target: BulkAddress, source: Uint8Array, start: number, end: number): boolean {
    const { maxBytes, maxDocs } = this.#options
    if (this.#docs >= maxDocs) return false
    const prefix = this.#prefix(target)
    const { id, routing } = target
    // At worst a UTF-16 unit becomes six bytes (\u001f).
    const idBound = typeof id === 'string' ? 6 * id.length : id.bound
    const actionBound = prefix.length + idBound + 6 * (routing?.length ?? 0) + ROUTING_KEY.length + ACTION_END.length
    const bound = actionBound + (end - start) + 1
    if (this.#docs > 0 && this.#length + bound > maxBytes) return false
    this.#reserve(bound)
    const buffer = this.#buffer
    let at = this.#length
    this.#note(at)
    at = writeShort(buffer, at, prefix)
    at = typeof id === 'string' ? writeEscaped(buffer, at, id) : id.write(buffer, at)
    if (routing !== undefined) {
      at = writeShort(buffer, at, ROUTING_KEY)
      at = writeEscaped(buffer, at, routing)
    }
    at = writeShort(buffer, at, ACTION_END)
    this.#offsets[2 * this.#docs + 1] = at
    at += this.#asBuffer(source).copy(buffer, at, start, end)
    buffer[at++] = NEWLINE
    this.#length = at
    this.#docs++
    return true
  }

  /** The whole body, valid until the next `add` or `clear`. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  /** The lines of documents `from` to `to` (exclusive), as part of the body. */
  range(from: number, to: number): Uint8Array {
    return this.#buffer.subarray(this.#actionAt(from), this.#actionAt(to))
  }

  /** Where document `position` was to go, read back from its action line. */
  target(position: number): BulkTarget {
    const line = this.#buffer.toString('utf8', this.#actionAt(position), this.#offsets[2 * position + 1])
    // The line was written by `add`, so its shape is known.
    const action = JSON.parse(line) as Record<BulkOp, { _index: string; _type?: string; _id: string; routing?: string }>
    const { _index: index, _type: type, _id: id, routing } = action[this.op]
    return { index, id, ...(routing !== undefined && { routing }), ...(type !== undefined && { type }) }
  }

  /** A copy of the source of document `position`. */
  source(position: number): Uint8Array {
    return Uint8Array.from(this.#buffer.subarray(this.#offsets[2 * position + 1], this.#actionAt(position + 1) - 1))
  }

  /** Empties the body for the next documents; memory that only an oversized document needed is given back. */
  clear(): void {
    this.#length = 0
    this.#docs = 0
    this.#source = undefined
    this.#sourceBuffer = undefined
    if (this.#buffer.length > this.#options.maxBytes) {
      this.#buffer = Buffer.allocUnsafeSlow(this.#options.maxBytes)
    }
  }

  #actionAt(position: number): number {
    return position < this.#docs ? this.#offsets[2 * position]! : this.#length
  }

  #note(at: number): void {
    if (2 * this.#docs >= this.#offsets.length) {
      const grown = new Float64Array(2 * this.#offsets.length)
      grown.set(this.#offsets)
      this.#offsets = grown
    }
    this.#offsets[2 * this.#docs] = at
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(2 * this.#buffer.length, this.#options.maxBytes)))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }

  #prefix(target: BulkAddress): Buffer {
    const key = target.type === undefined ? target.index : `${target.index}\n${target.type}`
    const known = this.#prefixes.get(key)
    if (known !== undefined) return known
    const type = target.type === undefined ? '' : `"_type":${JSON.stringify(target.type)},`
    const made = Buffer.from(`{"${this.#options.op}":{"_index":${JSON.stringify(target.index)},${type}"_id":"`)
    if (this.#prefixes.size >= 1024) this.#prefixes.clear()
    this.#prefixes.set(key, made)
    return made
  }

  /** Many documents in a row come out of one array, so its `Buffer` view is kept. */
  #asBuffer(source: Uint8Array): Buffer {
    if (this.#source !== source || this.#sourceBuffer === undefined) {
      this.#source = source
      this.#sourceBuffer = Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    }
    return this.#sourceBuffer
  }
}

/** Copies a few bytes, which a loop does faster than a call into the engine, and returns the offset behind them. */
function writeShort(buffer: Buffer, at: number, bytes: Buffer): number {
  const { length } = bytes
  for (let index = 0; index < length; index++) buffer[at + index] = bytes[index]!
  return at + length
}

/** Writes the inside of a JSON string and returns the offset behind it. */
function writeEscaped(buffer: Buffer, at: number, text: string): number {
  const length = text.length
  if (length <= SHORT) {
    let index = 0
    for (; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) break
      buffer[at + index] = unit
    }
    if (index === length) return at + length
  }
  const quoted = JSON.stringify(text)
  return at + buffer.write(quoted.slice(1, -1), at, 'utf8')
}
