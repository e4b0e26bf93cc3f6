import { corrupt } from './corrupt.ts'
import { floatText } from './float-text.ts'
import type { JsonSink } from './json-sink.ts'
import { ExactNumber, type JsonScalar } from './json-value.ts'

/** Longest text, in characters: back references make a small input expand, and a string cannot pass 2^29. */
const MAX_TEXT = 256 * 1024 * 1024

/** Writes a document as compact JSON: one line, numbers exact, binary values as base64 strings. */
export class JsonTextSink implements JsonSink {
  readonly #subject: string
  #text = ''
  #separator = ''
  /** Closing brackets of the open containers. */
  readonly #open: ('}' | ']')[] = []

  /** @param subject what is being decoded, for the `BLOB_CORRUPT` failure of a text beyond 256 Mi characters. */
  constructor(subject: string) {
    this.#subject = subject
  }

  open(kind: 'object' | 'array'): void {
    this.#put(kind === 'object' ? '{' : '[')
    this.#open.push(kind === 'object' ? '}' : ']')
    this.#separator = ''
  }

  close(): void {
    this.#text += this.#open.pop() ?? ''
    this.#separator = ','
  }

  name(name: string): void {
    this.#put(JSON.stringify(name) + ':')
    this.#separator = ''
  }

  scalar(value: JsonScalar): void {
    this.#put(scalarText(value))
  }

  float(value: number, single: boolean): void {
    this.#put(floatText(value, single))
  }

  /** The text written so far. */
  get text(): string {
    return this.#text
  }

  /** The text written so far, in UTF-8. */
  bytes(): Uint8Array {
    return Buffer.from(this.#text, 'utf8')
  }

  #put(text: string): void {
    if (this.#text.length + text.length > MAX_TEXT) {
      throw corrupt(this.#subject, `as JSON it is longer than ${MAX_TEXT} characters; decoding stopped`, 0)
    }
    this.#text += this.#separator + text
    this.#separator = ','
  }
}

/** The JSON text of a value without children. */
export function scalarText(value: JsonScalar): string {
  if (value instanceof ExactNumber) return value.text
  if (value instanceof Uint8Array)
    return `"${Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')}"`
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`
  return Object.is(value, -0) ? '-0.0' : JSON.stringify(value)
}
