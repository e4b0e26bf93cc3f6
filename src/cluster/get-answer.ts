/** What a target says about one document that it was asked for. */
export type GotDocument =
  /** `source` is the text as the target holds it, undefined when it stores none. */
  | { readonly kind: 'found'; readonly source: Uint8Array | undefined }
  | { readonly kind: 'missing' }
  /** The target could not look; `error` is its JSON text. */
  | { readonly kind: 'failed'; readonly error: string }

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const OPEN_LIST = 0x5b
const CLOSE_OBJECT = 0x7d
const CLOSE_LIST = 0x5d
const SLASH = 0x2f
const STAR = 0x2a
const LINE_FEED = 0x0a

/**
 * Takes the answer to `_mget` apart without decoding the documents in it, so that their bytes can be compared as they are;
 * undefined when it is no such answer, or was cut short. The sources are parts of `body`.
 */
export function readGetAnswer(body: Uint8Array): GotDocument[] | undefined {
  const json = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  try {
    const docs = membersOf(json, skipBlank(json, 0)).get('docs')
    return docs === undefined ? undefined : elementsOf(json, docs.start).map((at) => readDocument(json, at))
  } catch (error) {
    if (error instanceof NotJson) return undefined
    throw error
  }
}

/** A part of the text: a whole value. */
interface Span {
  readonly start: number
  readonly end: number
}

/** Ends the reading of a text that is not the answer; never leaves this file. */
class NotJson extends Error {}

function readDocument(json: Buffer, at: number): GotDocument {
  const members = membersOf(json, at)
  const error = members.get('error')
  if (error !== undefined) {
    const text = json.toString('utf8', error.start, error.end)
    return text.includes('"index_not_found_exception"') || text.includes('IndexMissingException')
      ? { kind: 'missing' }
      : { kind: 'failed', error: text }
  }
  const found = members.get('found')
  if (found === undefined || json[found.start] !== 't'.charCodeAt(0)) return { kind: 'missing' }
  const source = members.get('_source')
  return { kind: 'found', source: source && json.subarray(source.start, source.end) }
}

/** The members of the object that begins at `at`. */
function membersOf(json: Buffer, at: number): ReadonlyMap<string, Span> {
  if (json[at] !== OPEN_OBJECT) throw new NotJson()
  const members = new Map<string, Span>()
  let next = skipBlank(json, at + 1)
  while (json[next] !== CLOSE_OBJECT) {
    const nameEnd = endOfString(json, next)
    const name = json.toString('utf8', next + 1, nameEnd - 1)
    next = skipBlank(json, nameEnd)
    if (json[next] !== COLON) throw new NotJson()
    // A comment in front of a source is part of it.
    const start = skipSpace(json, next + 1)
    const end = endOfValue(json, start)
    members.set(name, { start, end })
    next = skipComma(json, end)
  }
  return members
}

/** Where each element of the list at `at` begins. */
function elementsOf(json: Buffer, at: number): number[] {
  if (json[at] !== OPEN_LIST) throw new NotJson()
  const starts: number[] = []
  let next = skipBlank(json, at + 1)
  while (json[next] !== CLOSE_LIST) {
    starts.push(next)
    next = skipComma(json, endOfValue(json, next))
  }
  return starts
}

function endOfValue(json: Buffer, start: number): number {
  const first = json[start]
  if (first === QUOTE) return endOfString(json, start)
  let depth = 0
  for (let at = start; at < json.length; at++) {
    const byte = json[at]
    if (byte === QUOTE) at = endOfString(json, at) - 1
    else if (byte === SLASH) at = endOfComment(json, at) - 1
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      if (depth === 0) return at
      if (--depth === 0) return at + 1
    } else if (byte === COMMA && depth === 0) return at
  }
  throw new NotJson()
}

function endOfString(json: Buffer, start: number): number {
  if (json[start] !== QUOTE) throw new NotJson()
  for (let at = start + 1; at < json.length; at++) {
    if (json[at] === BACKSLASH) at++
    else if (json[at] === QUOTE) return at + 1
  }
  throw new NotJson()
}

function skipComma(json: Buffer, at: number): number {
  const next = skipBlank(json, at)
  if (json[next] === COMMA) return skipBlank(json, next + 1)
  if (json[next] === CLOSE_OBJECT || json[next] === CLOSE_LIST) return next
  throw new NotJson()
}

function skipBlank(json: Buffer, at: number): number {
  let next = skipSpace(json, at)
  while (json[next] === SLASH) next = skipSpace(json, endOfComment(json, next))
  return next
}

function skipSpace(json: Buffer, at: number): number {
  let next = at
  while (next < json.length && json[next]! <= 0x20) next++
  return next
}

/** Servers take comments in a source and hand them out again; nowhere else is there a slash outside of a string. */
function endOfComment(json: Buffer, start: number): number {
  const block = json[start + 1] === STAR
  if (!block && json[start + 1] !== SLASH) throw new NotJson()
  const end = block ? json.indexOf('*/', start + 2) : json.indexOf(LINE_FEED, start + 2)
  if (end === -1) throw new NotJson()
  return end + (block ? 2 : 1)
}
