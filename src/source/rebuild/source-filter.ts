import { isJsonObject, type JsonObject, type JsonValue } from '../../codec/json-value.ts'
import type { Leaf } from './leaves.ts'

/** What the filter of an index takes out of a field's values in the source: all of them, members of them, or nothing. */
export type TakenOut = 'whole' | 'parts' | 'nothing'

/** Which fields `_source.includes` and `_source.excludes` of a mapping take out of stored sources. */
export type SourceFilter = (leaf: Pick<Leaf, 'name' | 'type'>) => TakenOut

/** Members of field types whose values are objects, as far as they are known; those of the others may have any name. */
const MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['geo_point', ['lat', 'lon', 'type', 'coordinates']],
  ...['integer_range', 'long_range', 'float_range', 'double_range', 'date_range', 'ip_range'].map(
    (type): [string, string[]] => [type, ['gt', 'gte', 'lt', 'lte']],
  ),
])
const OBJECTS: ReadonlySet<string> = new Set([
  ...['disabled object', 'flattened', 'flat_object', 'geo_shape', 'shape', 'join', 'completion', 'percolator'],
  ...['rank_features', 'sparse_vector', 'histogram', 'aggregate_metric_double', 'exponential_histogram', 'tdigest'],
  ...['semantic_text', 'point'],
])

/**
 * The filter of a mapping; undefined when it has none. `*` in a pattern stands for any characters, dots included, and a
 * pattern that matches an object matches all in it.
 *
 * Source: Elasticsearch `XContentMapValues.filter`.
 */
export function sourceFilter(mapping: JsonObject): SourceFilter | undefined {
  const source = mapping['_source']
  if (!isJsonObject(source)) return undefined
  const [includes, excludes] = [patterns(source['includes']), patterns(source['excludes'])]
  if (includes.length + excludes.length === 0) return undefined
  const isKept = (name: string): boolean =>
    (includes.length === 0 || includes.some((pattern) => matchesAround(pattern, name))) &&
    !excludes.some((pattern) => matchesAround(pattern, name))
  return ({ name, type }) => {
    const inside = OBJECTS.has(type) ? undefined : (MEMBERS.get(type) ?? [])
    if (!isKept(name)) {
      const isPartlyIncluded =
        !excludes.some((pattern) => matchesAround(pattern, name)) &&
        (inside === undefined
          ? includes.some((pattern) => mayMatchWithin(pattern, name))
          : inside.some((member) => isKept(`${name}.${member}`)))
      return isPartlyIncluded ? 'parts' : 'whole'
    }
    const losesParts =
      inside === undefined
        ? excludes.some((pattern) => mayMatchWithin(pattern, name))
        : inside.some((member) => !isKept(`${name}.${member}`))
    return losesParts ? 'parts' : 'nothing'
  }
}

/** True when an index has a filter in any of its mappings. */
export function isFiltered(mapping: JsonObject): boolean {
  return sourceFilter(mapping) !== undefined
}

function patterns(value: JsonValue | undefined): string[] {
  const all: readonly JsonValue[] = Array.isArray(value) ? value : [value ?? []].flat()
  return all.filter((one) => typeof one === 'string')
}

/** True when a pattern matches a name or an object around it. */
function matchesAround(pattern: string, name: string): boolean {
  return statesAfter(pattern, name, (states, at) => {
    const isWhole = at === name.length || name[at] === '.'
    return isWhole && [...states].some((state) => isAtEnd(pattern, state))
  })
}

/** True when a pattern matches some name inside the object of that name. */
function mayMatchWithin(pattern: string, name: string): boolean {
  const inside = `${name}.`
  return statesAfter(
    pattern,
    inside,
    (states, at) => at === inside.length && [...states].some((state) => state < pattern.length),
  )
}

/** Follows a pattern along a text, and tells whether `accepts` takes the places in the pattern at any place of the text. */
function statesAfter(
  pattern: string,
  text: string,
  accepts: (states: ReadonlySet<number>, at: number) => boolean,
): boolean {
  let states = new Set([0])
  for (let at = 0; ; at++) {
    if (accepts(states, at)) return true
    if (at === text.length || states.size === 0) return false
    const next = new Set<number>()
    for (const state of states) {
      let place = state
      for (; pattern[place] === '*'; place++) next.add(place)
      if (pattern[place] === text[at]) next.add(place + 1)
    }
    states = next
  }
}

function isAtEnd(pattern: string, state: number): boolean {
  for (let place = state; place < pattern.length; place++) if (pattern[place] !== '*') return false
  return true
}
