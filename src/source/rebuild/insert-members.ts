import { parseJsonExact, stringifyJson } from '../../codec/json-exact.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../codec/json-value.ts'

/** A value for a place in a source. */
export interface Member {
  readonly path: readonly string[]
  /** As JSON. */
  readonly text: string
}

/**
 * Puts values into a source where it has none. Members at the top are put before the others, whose text stays as it is; for a
 * member inside an object the source is written anew. `BLOB_CORRUPT` when the source is no JSON object.
 */
export function insertMembers(source: Uint8Array, members: readonly Member[], subject: string): Uint8Array {
  const text = Buffer.from(source.buffer, source.byteOffset, source.length).toString('utf8')
  const value = parseJsonExact(text, subject)
  if (!isJsonObject(value)) return source
  const absent = members.filter(({ path }) => !isPresent(value, path))
  const inner = absent.filter(({ path }) => path.length > 1)
  let result = text
  if (inner.length > 0) {
    const whole = inner.reduce<JsonObject>(
      (object, { path, text: own }) => withMember(object, path, own, subject),
      value,
    )
    result = stringifyJson(whole)
  }
  const top = absent.filter(({ path }) => path.length === 1)
  if (top.length > 0) {
    const open = result.indexOf('{') + 1
    const rest = result.slice(open)
    const added = top.map(({ path, text: own }) => `${JSON.stringify(path[0])}:${own}`).join(',')
    result = `${result.slice(0, open)}${added}${/^\s*\}/.test(rest) ? '' : ','}${rest}`
  }
  return Buffer.from(result, 'utf8')
}

function isPresent(object: JsonObject, path: readonly string[]): boolean {
  if (Object.hasOwn(object, path.join('.'))) return true
  let value: JsonValue | undefined = object
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return false
    value = value[name]
  }
  return true
}

function withMember(object: JsonObject, path: readonly string[], text: string, subject: string): JsonObject {
  const [name, ...rest] = path as [string, ...string[]]
  const inner = object[name]
  const value =
    rest.length === 0
      ? parseJsonExact(text, subject)
      : withMember(isJsonObject(inner) ? inner : {}, rest, text, subject)
  return { ...object, [name]: value }
}
