import { EmptyObject, isJsonObject, type JsonObject, type JsonValue } from '../codec/json-value.ts'

type Open = { -readonly [K in keyof JsonObject]: JsonObject[K] }

/** A place in a document: the object that holds the field, and the member's name there. */
interface Place {
  readonly holder: Open
  readonly name: string
  /** True when a list was passed on the way, so that there may be several. */
  readonly inList: boolean
}

/** Removes a field by its dotted name, from every object of a list on the way; nothing where it is absent. */
export function removeField(document: JsonObject, path: string): void {
  for (const { holder, name } of [...places(document, path.split('.'), false)]) Reflect.deleteProperty(holder, name)
}

/**
 * Gives a field another dotted name. Within one object that also works in lists of objects; elsewhere the value moves, and must
 * be the only one. Returns why it cannot; a document without the field stays as it is.
 */
export function moveField(document: JsonObject, from: string, to: string): string | undefined {
  const old = from.split('.')
  const wanted = to.split('.')
  const found = [...places(document, old, false)]
  if (found.length === 0) return undefined
  // An empty part of a name is a part, too: `.a` is not in the object that `a` is in.
  if (old.length === wanted.length && old.slice(0, -1).join('.') === wanted.slice(0, -1).join('.')) {
    for (const { holder, name } of found) {
      const renamed = [...name.split('.').slice(0, -1), wanted.at(-1)!].join('.')
      if (Object.hasOwn(holder, renamed)) return taken(from, to)
      holder[renamed] = holder[name]!
      Reflect.deleteProperty(holder, name)
    }
    return undefined
  }
  const [only, another] = found
  if (only === undefined || another !== undefined || only.inList) {
    return `${from} cannot be renamed to ${to}: it is inside a list, or occurs more than once`
  }
  if (!places(document, wanted, false).next().done) return taken(from, to)
  const value = only.holder[only.name]!
  Reflect.deleteProperty(only.holder, only.name)
  return setField(document, to, value)
}

/**
 * Sets a field by its dotted name, in every object of a list on the way; objects that are missing are made. Returns why it
 * cannot.
 */
export function setField(document: JsonObject, path: string, value: JsonValue): string | undefined {
  return setIn(document, path.split('.'), value, path)
}

function taken(from: string, to: string): string {
  return `${from} cannot be renamed to ${to}: the document has that field, too`
}

/** Everywhere the field is; a member's name may have dots itself. */
function* places(value: JsonValue | undefined, path: readonly string[], inList: boolean): Generator<Place, undefined> {
  if (Array.isArray(value)) {
    for (const element of value as readonly JsonValue[]) yield* places(element, path, true)
    return
  }
  if (!isJsonObject(value)) return
  for (let length = 1; length <= path.length; length++) {
    const name = path.slice(0, length).join('.')
    if (!Object.hasOwn(value, name)) continue
    if (length === path.length) yield { holder: value, name, inList }
    else yield* places(value[name], path.slice(length), inList)
  }
}

function setIn(holder: Open, path: readonly string[], value: JsonValue, whole: string): string | undefined {
  for (let length = path.length; length >= 1; length--) {
    const name = path.slice(0, length).join('.')
    if (!Object.hasOwn(holder, name)) continue
    if (length === path.length) {
      holder[name] = value
      return undefined
    }
    // A null stands for a field that is absent.
    if (holder[name] === null) holder[name] = new EmptyObject()
    return setBelow(holder[name]!, path.slice(length), value, whole, name)
  }
  const [first, ...rest] = path
  if (rest.length === 0) {
    holder[first!] = value
    return undefined
  }
  const made = new EmptyObject()
  holder[first!] = made
  return setIn(made, rest, value, whole)
}

function setBelow(
  child: JsonValue,
  path: readonly string[],
  value: JsonValue,
  whole: string,
  name: string,
): string | undefined {
  if (isJsonObject(child)) return setIn(child, path, value, whole)
  if (!Array.isArray(child)) return `${whole} cannot be set: ${name} is no object`
  for (const element of child as readonly JsonValue[]) {
    const reason = setBelow(element, path, value, whole, name)
    if (reason !== undefined) return reason
  }
  return undefined
}
