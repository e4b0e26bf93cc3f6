import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { flattenSettings } from './flat-settings.ts'
import type { SettingValue } from './flat-settings.ts'
import { jsonObject, mapMembers, objectMember, plainValue, sameJson, withMember, withoutMembers } from './json-edit.ts'
import { normalMapping, scalarText } from './normal-mapping.ts'

/** One place where the object that the target has differs from the one wanted. */
export interface Difference {
  /** Dotted path, as in a {@link Change}. */
  readonly path: string
  /** Undefined when nothing is wanted there. */
  readonly wanted: JsonValue | undefined
  /** Undefined when the target has nothing there. */
  readonly found: JsonValue | undefined
}

/**
 * Compares an index wanted with the one the target has, as `GET /<index>` returns it; empty when they are equal. Numbers,
 * booleans and their texts are the same, defaults that the target leaves out or writes out do not count, nor do settings
 * that a cluster writes for itself. Fields that only the target has do count.
 */
export function diffIndex(wanted: JsonObject, found: JsonObject): Difference[] {
  return diffContent(wanted, found, '')
}

/** Compares templates of any kind in the same way; `found` is the definition without the level of its name. */
export function diffTemplate(wanted: JsonObject, found: JsonObject): Difference[] {
  const nested = ['template', 'settings', 'mappings', 'aliases']
  const plain = (template: JsonObject): Map<string, JsonValue> =>
    new Map([...leaves(withoutMembers(template, ...nested))].filter(([name, value]) => !isDefault(name, value)))
  const inner = diffContent(
    objectMember(wanted, 'template') ?? NOTHING,
    objectMember(found, 'template') ?? NOTHING,
    'template.',
  )
  return [...diffContent(wanted, found, ''), ...inner, ...diffMaps(plain(wanted), plain(found), '')]
}

/** Compares ingest pipelines in the same way. */
export function diffPipeline(wanted: JsonObject, found: JsonObject): Difference[] {
  return diffMaps(leaves(wanted), leaves(found), '')
}

const NOTHING = jsonObject([])

/** Settings that a cluster writes for itself, or uses up when it creates the index. */
const OWN_SETTINGS = /^index\.(uuid|creation_date|provided_name|version\..*|number_of_routing_shards|history\.uuid)$/
/** Settings that clusters write out when they create an index, with the value that they then write. */
const WRITTEN_DEFAULTS: ReadonlyMap<string, SettingValue> = new Map([
  ['index.number_of_shards', '1'],
  ['index.number_of_replicas', '1'],
  ['index.replication.type', 'DOCUMENT'],
])

/** An index without the settings that make no difference, so that a text of it tells indices apart. */
export function withoutOwnSettings(index: JsonObject): JsonObject {
  const settings = objectMember(index, 'settings')
  if (settings === undefined) return index
  const flat = [...flattenSettings(settings)].filter(([name]) => !OWN_SETTINGS.test(name))
  return withMember(index, 'settings', jsonObject(flat))
}

function diffContent(wanted: JsonObject, found: JsonObject, prefix: string): Difference[] {
  const settings = (object: JsonObject): Map<string, JsonValue> => {
    const flat = flattenSettings(objectMember(object, 'settings') ?? NOTHING)
    return new Map(
      [...flat].filter(([name, value]) => !OWN_SETTINGS.test(name) && WRITTEN_DEFAULTS.get(name) !== value),
    )
  }
  const compare = (member: string, normal: (value: JsonObject) => JsonObject): Difference[] => {
    const flat = (object: JsonObject): Map<string, JsonValue> => leaves(normal(objectMember(object, member) ?? NOTHING))
    return diffMaps(flat(wanted), flat(found), `${prefix}${member}.`)
  }
  return [
    ...diffMaps(settings(wanted), settings(found), `${prefix}settings.`),
    ...compare('mappings', normalMapping),
    ...compare('aliases', normalAliases),
  ]
}

/** One `routing` means both. An alias without members is there nevertheless. */
function normalAliases(aliases: JsonObject): JsonObject {
  return mapMembers(aliases, (alias) => {
    if (!isJsonObject(alias)) return alias
    const { routing, ...rest } = alias
    const both: [string, JsonValue][] =
      routing === undefined
        ? []
        : [
            ['index_routing', routing],
            ['search_routing', routing],
          ]
    return jsonObject([['exists', true], ...both, ...Object.entries(rest)])
  })
}

function isDefault(name: string, value: JsonValue): boolean {
  if (name === 'data_stream.timestamp_field.name') return value === '@timestamp'
  if (name === 'order') return scalarText(value) === '0'
  return name === 'composed_of' && Array.isArray(value) && value.length === 0
}

/** Every value that is no object, by its dotted path; empty objects are nothing. */
function leaves(object: JsonObject, prefix = '', into = new Map<string, JsonValue>()): Map<string, JsonValue> {
  for (const [name, value] of Object.entries(object)) {
    if (isJsonObject(value)) leaves(value, `${prefix}${name}.`, into)
    else into.set(prefix + name, value)
  }
  return into
}

function diffMaps(
  wanted: ReadonlyMap<string, JsonValue>,
  found: ReadonlyMap<string, JsonValue>,
  prefix: string,
): Difference[] {
  const names = [...new Set([...wanted.keys(), ...found.keys()])].sort()
  return names.flatMap((name) => {
    const [left, right] = [wanted.get(name), found.get(name)]
    const same = left !== undefined && right !== undefined && sameJson(normalValue(left), normalValue(right))
    return same ? [] : [{ path: prefix + name, wanted: plainValue(left), found: plainValue(right) }]
  })
}

/** Scalars as text at every depth; a list of one is its element. */
function normalValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const items = (value as readonly JsonValue[]).map(normalValue)
    return items.length === 1 ? items[0]! : items
  }
  return isJsonObject(value) ? mapMembers(value, normalValue) : (scalarText(value) ?? value)
}
