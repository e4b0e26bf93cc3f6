import { floatText } from './float-text.ts'
import type { JsonSink } from './json-sink.ts'
import { EmptyObject, type JsonScalar, type JsonValue } from './json-value.ts'

type Mutable = JsonValue[] | Record<string, JsonValue>

/** Builds a document as plain values; of a name that repeats within one object the last value wins. */
export class JsonValueSink implements JsonSink {
  #root: JsonValue = null
  #name = ''
  /** Innermost container last, each with the name under which its parent will hold the next value. */
  readonly #open: Mutable[] = []

  open(kind: 'object' | 'array'): void {
    const container: Mutable = kind === 'array' ? [] : new EmptyObject()
    this.#add(container)
    this.#open.push(container)
  }

  close(): void {
    this.#open.pop()
  }

  name(name: string): void {
    this.#name = name
  }

  scalar(value: JsonScalar): void {
    this.#add(value)
  }

  float(value: number, single: boolean): void {
    // A 32-bit 0.1 means 0.1, not the double nearest to its bits.
    this.#add(single && Number.isFinite(value) ? Number(floatText(value, true)) : value)
  }

  /** The document that was delivered; null before anything was. */
  get value(): JsonValue {
    return this.#root
  }

  #add(value: JsonValue): void {
    const container = this.#open.at(-1)
    if (container === undefined) this.#root = value
    else if (Array.isArray(container)) container.push(value)
    else container[this.#name] = value
  }
}
