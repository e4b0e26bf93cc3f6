import { Buffer } from 'node:buffer'

/** The parts of an export line beside the source. */
export interface LineHead {
  readonly index: string
  readonly type: string | undefined
  readonly id: string
  readonly routing: string | undefined
}

const SOURCE_KEY = Buffer.from(',"_source":')
const LINE_END = Buffer.from('}\n')

/** Collects export lines in one buffer: `{"_index","_type"?,"_id","routing"?,"_source"}`, the source copied as it is. */
export class LineBuffer {
  #buffer = Buffer.allocUnsafeSlow(1024 * 1024)
  #length = 0

  /** Bytes collected. */
  get length(): number {
    return this.#length
  }

  /** Adds a line with `source[start, end)`, which is one line of JSON. */
  add(head: LineHead, source: Uint8Array, start: number, end: number): void {
    let text = `{"_index":${JSON.stringify(head.index)}`
    if (head.type !== undefined) text += `,"_type":${JSON.stringify(head.type)}`
    text += `,"_id":${JSON.stringify(head.id)}`
    if (head.routing !== undefined) text += `,"routing":${JSON.stringify(head.routing)}`
    this.#reserve(3 * text.length + (end - start) + SOURCE_KEY.length + LINE_END.length)
    const buffer = this.#buffer
    let at = this.#length + buffer.write(text, this.#length, 'utf8')
    at += SOURCE_KEY.copy(buffer, at)
    buffer.set(source.subarray(start, end), at)
    at += end - start
    this.#length = at + LINE_END.copy(buffer, at)
  }

  /** Copies the collected bytes out and starts again. */
  take(): Uint8Array {
    const bytes = Uint8Array.from(this.#buffer.subarray(0, this.#length))
    this.#length = 0
    return bytes
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#length + more, 2 * this.#buffer.length))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}
