import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { Failure } from '../core/failure.ts'

/**
 * The members of one object in a metadata blob, read by name and type. A member of another type, or a missing one that is
 * mandatory, is `BLOB_CORRUPT` and names the blob and the path; null counts as missing.
 */
export class MetadataFields {
  readonly subject: string
  /** Where the object is in the blob: `snapshots[3]`; empty for the root. */
  readonly path: string
  readonly value: JsonObject

  constructor(value: JsonValue | undefined, subject: string, path = '') {
    this.subject = subject
    this.path = path
    if (!isJsonObject(value)) throw this.#wrong(undefined, 'an object', value)
    this.value = value
  }

  get(name: string): JsonValue | undefined {
    return Object.hasOwn(this.value, name) ? (this.value[name] ?? undefined) : undefined
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  string(name: string): string {
    return this.optionalString(name) ?? this.#missing(name)
  }

  optionalString(name: string): string | undefined {
    const value = this.get(name)
    if (value === undefined || typeof value === 'string') return value
    throw this.#wrong(name, 'a string', value)
  }

  /** A count, length or time: an integer from 0 to 2^53 - 1. */
  count(name: string): number {
    return this.optionalCount(name) ?? this.#missing(name)
  }

  optionalCount(name: string): number | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw this.#wrong(name, 'a count', value)
  }

  /** True for `true` and `"true"`, false for anything else. */
  flag(name: string): boolean {
    const value = this.get(name)
    return value === true || value === 'true'
  }

  list(name: string): readonly JsonValue[] {
    return this.optionalList(name) ?? this.#missing(name)
  }

  optionalList(name: string): readonly JsonValue[] | undefined {
    const value = this.get(name)
    if (value === undefined) return undefined
    if (Array.isArray(value)) return value as readonly JsonValue[]
    throw this.#wrong(name, 'a list', value)
  }

  strings(name: string): string[] {
    return (this.optionalList(name) ?? []).map((item, index) => {
      if (typeof item === 'string') return item
      throw this.#wrong(`${name}[${index}]`, 'a string', item)
    })
  }

  /** The objects of a list; none when the list is missing. */
  objects(name: string): MetadataFields[] {
    return (this.optionalList(name) ?? []).map((item, index) => this.#child(`${name}[${index}]`, item))
  }

  object(name: string): MetadataFields {
    return this.optionalObject(name) ?? this.#missing(name)
  }

  optionalObject(name: string): MetadataFields | undefined {
    const value = this.get(name)
    return value === undefined ? undefined : this.#child(name, value)
  }

  /** All members in the order of the blob, without nulls. */
  entries(): [string, JsonValue][] {
    return Object.entries(this.value).filter(([, value]) => value !== null)
  }

  /** All members, each an object itself. */
  objectEntries(): [string, MetadataFields][] {
    return this.entries().map(([name, value]) => [name, this.#child(name, value)])
  }

  /** A `BLOB_CORRUPT` failure about this object; the caller throws it. */
  corrupt(detail: string): Failure {
    return new Failure('BLOB_CORRUPT', detail, {
      op: 'decode',
      subject: this.subject,
      hint: 'The repository is damaged: read it from another copy, or take a new snapshot.',
    })
  }

  #child(name: string, value: JsonValue): MetadataFields {
    return new MetadataFields(value, this.subject, this.#pathOf(name))
  }

  #pathOf(name: string | undefined): string {
    if (name === undefined) return this.path === '' ? 'the root' : this.path
    return this.path === '' ? name : `${this.path}.${name}`
  }

  #missing(name: string): never {
    throw this.corrupt(`${this.#pathOf(name)} is missing`)
  }

  #wrong(name: string | undefined, expected: string, value: JsonValue | undefined): Failure {
    return this.corrupt(`${this.#pathOf(name)} should be ${expected}, not ${kindOf(value)}`)
  }
}

/** Throws `BLOB_CORRUPT` unless `name` can be one folder or file name of the repository, so that no path leads out of it. */
export function requireSegment(name: string, what: string, fields: MetadataFields): string {
  const legal = name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0')
  if (!legal) throw fields.corrupt(`${what} ${JSON.stringify(name)} cannot be part of a path`)
  return name
}

function kindOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Uint8Array) return `${value.length} raw bytes`
  if (typeof value === 'object') return 'an object'
  return typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 40))}` : String(value)
}
