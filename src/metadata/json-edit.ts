import { EmptyObject, ExactNumber, isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'

/** An object of these members, in this order; `__proto__` is a name like any other. */
export function jsonObject(entries: Iterable<readonly [string, JsonValue]>): JsonObject {
  const object = new EmptyObject()
  for (const [name, value] of entries) object[name] = value
  return object
}

/** A value written in code as a value of a document: its objects take no name from a prototype. */
export function json(value: JsonValue): JsonValue {
  if (isJsonObject(value)) return jsonObject(Object.entries(value).map(([name, child]) => [name, json(child)]))
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(json) : value
}

/** The object with `name` set; a member that is there keeps its place. */
export function withMember(object: JsonObject, name: string, value: JsonValue): JsonObject {
  return jsonObject([...Object.entries({ ...object, [name]: value })])
}

/** The object without these members. */
export function withoutMembers(object: JsonObject, ...names: readonly string[]): JsonObject {
  return jsonObject(Object.entries(object).filter(([name]) => !names.includes(name)))
}

/** The object with each member value replaced; members for which `edit` gives undefined are left out. */
export function mapMembers(
  object: JsonObject,
  edit: (value: JsonValue, name: string) => JsonValue | undefined,
): JsonObject {
  return jsonObject(
    Object.entries(object).flatMap(([name, value]) => {
      const edited = edit(value, name)
      return edited === undefined ? [] : [[name, edited] as const]
    }),
  )
}

/** The member when it is an object. */
export function objectMember(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name]
  return isJsonObject(value) ? value : undefined
}

/** The member when it is a text. */
export function textMember(object: JsonObject, name: string): string | undefined {
  const value = object[name]
  return typeof value === 'string' ? value : undefined
}

/** True or false for every spelling of a boolean that some version wrote; undefined for anything else. */
export function booleanOf(value: JsonValue | undefined): boolean | undefined {
  if (value === true || value === 'true' || value === 'yes' || value === 'on' || value === '1' || value === 1)
    return true
  if (value === false || value === 'false' || value === 'no' || value === 'off' || value === '0' || value === 0)
    return false
  return undefined
}

/** True when both values are the same JSON; the order of members does not count, that of list elements does. */
export function sameJson(left: JsonValue, right: JsonValue): boolean {
  if (Object.is(left, right)) return true
  if (left instanceof ExactNumber && right instanceof ExactNumber) return left.text === right.text
  if (Array.isArray(left) && Array.isArray(right)) {
    const [a, b] = [left as readonly JsonValue[], right as readonly JsonValue[]]
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]!))
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every((name) => sameMember(left, right, name))
}

function sameMember(left: JsonObject, right: JsonObject, name: string): boolean {
  return Object.hasOwn(right, name) && sameJson(left[name]!, right[name]!)
}

/** A value for accounts, which are ordinary JSON: numbers that a double cannot hold become their texts. */
export function plainValue(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof ExactNumber) return value.text
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((element) => plainValue(element)!)
  return isJsonObject(value) ? mapMembers(value, plainValue) : value
}
