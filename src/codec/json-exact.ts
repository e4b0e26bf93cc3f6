import { corrupt } from './corrupt.ts'
import { MAX_DEPTH, type JsonSink } from './json-sink.ts'
import { scalarText } from './json-text-sink.ts'
import { JsonValueSink } from './json-value-sink.ts'
import { exactNumber, isJsonObject, type JsonScalar, type JsonValue } from './json-value.ts'

const BLANK = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORD = /true|false|null/y

/**
 * Parses JSON (RFC 8259) without losing digits: integers beyond 2^53 become bigint, decimals that no double holds an
 * `ExactNumber`; of a repeated name the last value wins. Throws `BLOB_CORRUPT` with the offset in characters.
 */
export function parseJsonExact(text: string, subject: string): JsonValue {
  const sink = new JsonValueSink()
  const at = walk(text, subject, sink)
  if (at !== text.length) throw corrupt(subject, 'text follows the JSON document', at)
  return sink.value
}

/** The value as compact JSON; numbers exactly as they were read, binary values as base64 strings. */
export function stringifyJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(stringifyJson).join(',')}]`
  if (!isJsonObject(value)) return scalarText(value as JsonScalar)
  const entries = Object.entries(value).map(([name, child]) => `${JSON.stringify(name)}:${stringifyJson(child)}`)
  return `{${entries.join(',')}}`
}

/** Delivers one document and returns the offset behind it and its trailing blanks. */
function walk(text: string, subject: string, sink: JsonSink): number {
  // Kinds of the open containers; a list instead of recursion, so that depth costs no stack.
  const open: ('object' | 'array')[] = []
  let at = skipBlank(text, 0)
  let first = true
  do {
    const inside = open.at(-1)
    if (inside !== undefined) {
      if (text[at] === (inside === 'object' ? '}' : ']')) {
        sink.close()
        open.pop()
        at = skipBlank(text, at + 1)
        first = false
        continue
      }
      if (!first) at = expect(text, at, ',', subject)
      if (inside === 'object') {
        const name = readString(text, at, subject)
        sink.name(name.value)
        at = expect(text, skipBlank(text, name.end), ':', subject)
      }
    }
    const start = text[at]
    first = start === '{' || start === '['
    if (first) {
      if (open.length === MAX_DEPTH) throw corrupt(subject, `JSON document nested deeper than ${MAX_DEPTH}`, at)
      const kind = start === '{' ? 'object' : 'array'
      sink.open(kind)
      open.push(kind)
      at++
    } else {
      at = readScalar(text, at, subject, sink)
    }
    at = skipBlank(text, at)
  } while (open.length > 0)
  return at
}

function skipBlank(text: string, at: number): number {
  BLANK.lastIndex = at
  BLANK.exec(text)
  return BLANK.lastIndex
}

function expect(text: string, at: number, sign: string, subject: string): number {
  if (text[at] !== sign) throw unexpected(text, at, subject, `'${sign}'`)
  return skipBlank(text, at + 1)
}

function readScalar(text: string, at: number, subject: string, sink: JsonSink): number {
  if (text[at] === '"') {
    const { value, end } = readString(text, at, subject)
    sink.scalar(value)
    return end
  }
  NUMBER.lastIndex = at
  const number = NUMBER.exec(text)
  if (number !== null) {
    sink.scalar(exactNumber(number[0]))
    return NUMBER.lastIndex
  }
  WORD.lastIndex = at
  const word = WORD.exec(text)
  if (word === null) throw unexpected(text, at, subject, 'a value')
  sink.scalar(word[0] === 'null' ? null : word[0] === 'true')
  return WORD.lastIndex
}

function readString(text: string, at: number, subject: string): { value: string; end: number } {
  if (text[at] !== '"') throw unexpected(text, at, subject, "'\"'")
  let end = at + 1
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1
  try {
    return { value: JSON.parse(text.slice(at, end + 1)) as string, end: end + 1 }
  } catch (cause) {
    throw corrupt(subject, 'JSON string with an invalid character or without an end', at, cause)
  }
}

function unexpected(text: string, at: number, subject: string, wanted: string): Error {
  return corrupt(subject, `JSON text has ${JSON.stringify(text[at] ?? 'its end')} where ${wanted} is expected`, at)
}
