import { isJsonObject, type JsonObject } from '../../codec/json-value.ts'
import { isOff, isOn } from './mapping-flag.ts'

/** A nested object of a mapping, each of whose objects is a document of its own. */
export interface NestedObject {
  /** Names of the objects around it and its own. */
  readonly path: readonly string[]
  /** The path with dots. */
  readonly name: string
  /** The innermost nested object around it. */
  readonly parent: string | undefined
  /** True when documents around it have its values in their columns, too. */
  readonly isIncluded: boolean
}

/** Deeper mappings than servers allow; bounds the recursion over damaged ones. */
const MAX_DEPTH = 200

/** All nested objects of a mapping, outer ones before those in them. */
export function nestedObjectsOf(mapping: JsonObject): NestedObject[] {
  const found: NestedObject[] = []
  walk(mapping, [], undefined, found)
  return found
}

function walk(object: JsonObject, path: readonly string[], parent: string | undefined, found: NestedObject[]): void {
  const properties = object['properties']
  if (!isJsonObject(properties) || path.length > MAX_DEPTH) return
  for (const [key, mapping] of Object.entries(properties)) {
    if (!isJsonObject(mapping) || isOff(mapping, 'enabled')) continue
    const own = [...path, key]
    const isNested = mapping['type'] === 'nested'
    const name = own.join('.')
    if (isNested) {
      const isIncluded = isOn(mapping, 'include_in_parent') || isOn(mapping, 'include_in_root')
      found.push({ path: own, name, parent, isIncluded })
    }
    walk(mapping, own, isNested ? name : parent, found)
  }
}
