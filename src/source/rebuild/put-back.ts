import { parseJsonExact, stringifyJson } from '../../codec/json-exact.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../codec/json-value.ts'

/** A value for a place in a source. */
export interface Member {
  /** Names from the object that it is put into. */
  readonly path: readonly string[]
  /** As JSON. */
  readonly text: string
}

/** What is put into one object: members, and what is put into the nested objects in it, in their order. */
export interface Addition {
  readonly members: readonly Member[]
  readonly nested: readonly NestedAddition[]
}

/** What is put into the nested objects at one place. */
export interface NestedAddition {
  readonly path: readonly string[]
  readonly objects: readonly Addition[]
  /** True when a source without any object at that place gets them anew. */
  readonly isWhole: boolean
}

/** What came of putting values into a source. */
export interface PutBack {
  /** One line of JSON, the source itself when it lacked nothing. */
  readonly json: Uint8Array
  /** Names, in the outermost object, of members of which nothing tells which object of a list they were in. */
  readonly dotted: readonly string[]
  /** Names of nested objects that are not those of the source, so that their values were not put back. */
  readonly unplaced: readonly string[]
}

/**
 * Puts values into a source where it has none. Members at the top are put before the others, whose text stays as it is; for a
 * member inside an object the source is written anew. One inside a list of several objects goes beside the list, under its
 * name with dots, which is indexed alike. `BLOB_CORRUPT` when the source is no JSON.
 */
export function putBack(source: Uint8Array, addition: Addition, subject: string): PutBack {
  if (isEmpty(addition)) return { json: source, dotted: [], unplaced: [] }
  const text = Buffer.from(source.buffer, source.byteOffset, source.length).toString('utf8')
  const value = parseJsonExact(text, subject)
  if (!isJsonObject(value)) return { json: source, dotted: [], unplaced: [] }
  const top = addition.members.filter(({ path }) => path.length === 1 && !isPresent(value, path))
  const within = { ...addition, members: addition.members.filter(({ path }) => path.length > 1) }
  const placing = new Placing(subject)
  const whole = placing.into(value, within)
  const rest = whole === value ? text : stringifyJson(whole)
  const { dotted, unplaced } = placing
  return { json: top.length === 0 && rest === text ? source : withFirst(rest, top), dotted, unplaced }
}

function isEmpty({ members, nested }: Addition): boolean {
  return members.length === 0 && nested.every(({ objects }) => objects.every(isEmpty))
}

/** The text of an object with members before the others. */
function withFirst(text: string, members: readonly Member[]): Uint8Array {
  const open = text.indexOf('{') + 1
  const rest = text.slice(open)
  const added = members.map(({ path, text: own }) => `${JSON.stringify(path[0])}:${own}`).join(',')
  const comma = added === '' || /^\s*\}/.test(rest) ? '' : ','
  return Buffer.from(`${text.slice(0, open)}${added}${comma}${rest}`, 'utf8')
}

class Placing {
  readonly #subject: string
  readonly dotted: string[] = []
  readonly unplaced: string[] = []

  constructor(subject: string) {
    this.#subject = subject
  }

  /** The object with what is added; itself when nothing is. */
  into(object: JsonObject, { members, nested }: Addition): JsonObject {
    let result = object
    for (const { path, text } of members) {
      if (isPresent(result, path)) continue
      const value = parseJsonExact(text, this.#subject)
      const placed = setAt(result, path, value)
      if (placed === undefined) this.dotted.push(path.join('.'))
      result = placed ?? { ...result, [path.join('.')]: value }
    }
    for (const one of nested) result = this.#intoNested(result, one)
    return result
  }

  #intoNested(object: JsonObject, { path, objects, isWhole }: NestedAddition): JsonObject {
    if (objects.every(isEmpty)) return object
    if (isWhole && !isPresent(object, path)) {
      const made = objects.map((one) => this.into({}, one))
      const placed = setAt(object, path, made.length === 1 ? made[0]! : made)
      if (placed !== undefined) return placed
    }
    let next = 0
    const fill = (value: JsonValue): JsonValue => {
      if (Array.isArray(value)) return (value as readonly JsonValue[]).map(fill)
      if (!isJsonObject(value)) return value
      const one = objects[next++]
      return one === undefined ? value : this.into(value, one)
    }
    const filled = mapAt(object, path, fill)
    if (filled !== undefined && next === objects.length) return filled
    this.unplaced.push(path.join('.'))
    return object
  }
}

/** True when there is a value at a path, in any object of a list, under names with or without dots. */
function isPresent(value: JsonValue | undefined, path: readonly string[]): boolean {
  if (path.length === 0) return value !== undefined
  if (Array.isArray(value)) return (value as readonly JsonValue[]).some((one) => isPresent(one, path))
  if (!isJsonObject(value)) return false
  return prefixes(path).some(([name, rest]) => Object.hasOwn(value, name) && isPresent(value[name], rest))
}

/** The object with a value at a path that it has none at; undefined when a list or another value is in the way. */
function setAt(object: JsonObject, path: readonly string[], value: JsonValue): JsonObject | undefined {
  const known = prefixes(path).find(([name, rest]) => rest.length > 0 && Object.hasOwn(object, name))
  const [name, rest] = known ?? [path[0]!, path.slice(1)]
  if (rest.length === 0) return { ...object, [name]: value }
  let inner = object[name]
  const isList = Array.isArray(inner) && inner.length === 1
  if (isList) inner = (inner as readonly JsonValue[])[0]
  if (inner === undefined) inner = {}
  if (!isJsonObject(inner)) return undefined
  const set = setAt(inner, rest, value)
  return set && { ...object, [name]: isList ? [set] : set }
}

/** The object with the value at a path mapped; undefined when there is none, or a list of objects on the way. */
function mapAt(
  object: JsonObject,
  path: readonly string[],
  change: (value: JsonValue) => JsonValue,
): JsonObject | undefined {
  const known = prefixes(path).find(([name]) => Object.hasOwn(object, name))
  if (known === undefined) return undefined
  const [name, rest] = known
  if (rest.length === 0) return { ...object, [name]: change(object[name]!) }
  const inner = object[name]
  const mapped = isJsonObject(inner) ? mapAt(inner, rest, change) : undefined
  return mapped && { ...object, [name]: mapped }
}

/** A path as its first name and the rest, then as its first two names with a dot and the rest, and so on. */
function prefixes(path: readonly string[]): [string, readonly string[]][] {
  return path.map((_, at) => [path.slice(0, at + 1).join('.'), path.slice(at + 1)])
}
