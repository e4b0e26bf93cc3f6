import { isJsonObject, type JsonObject } from '../../codec/json-value.ts'
import { isOff } from './mapping-flag.ts'

/** A field of a mapping that holds values itself: no object, no multi-field. */
export interface Leaf {
  /** Names of the objects around it and its own; a name may contain dots where objects do not nest. */
  readonly path: readonly string[]
  /** The name of its columns and stored values. */
  readonly name: string
  readonly type: string
  readonly mapping: JsonObject
  /** The innermost nested object around it. */
  readonly nested: string | undefined
  /** True when other fields are copied into it, so that its values are not only its own. */
  readonly isCopyTarget: boolean
}

/** Kinds of fields that hold no values of documents. */
const WITHOUT_VALUES: ReadonlySet<string> = new Set(['alias', 'runtime', 'passthrough'])
/** Deeper mappings than servers allow; bounds the recursion over damaged ones. */
const MAX_DEPTH = 200

/** All fields of a mapping that hold values, in no particular order. */
export function leavesOf(mapping: JsonObject): Leaf[] {
  const targets = new Set<string>()
  const leaves: Leaf[] = []
  walk(mapping, [], undefined, leaves, targets)
  return leaves.map((leaf) => (targets.has(leaf.name) ? { ...leaf, isCopyTarget: true } : leaf))
}

function walk(
  object: JsonObject,
  path: readonly string[],
  nested: string | undefined,
  leaves: Leaf[],
  targets: Set<string>,
): void {
  const properties = object['properties']
  if (!isJsonObject(properties) || path.length > MAX_DEPTH) return
  for (const [key, mapping] of Object.entries(properties)) {
    if (!isJsonObject(mapping)) continue
    const own = [...path, key]
    const type = typeof mapping['type'] === 'string' ? mapping['type'] : 'object'
    for (const target of [mapping['copy_to'] ?? []].flat()) if (typeof target === 'string') targets.add(target)
    if (type === 'nested' || type === 'object' || (type === 'passthrough' && isJsonObject(mapping['properties']))) {
      if (isOff(mapping, 'enabled')) {
        leaves.push({ path: own, name: own.join('.'), type: 'disabled object', mapping, nested, isCopyTarget: false })
      } else {
        walk(mapping, own, type === 'nested' ? own.join('.') : nested, leaves, targets)
      }
    } else if (!WITHOUT_VALUES.has(type)) {
      leaves.push({ path: own, name: own.join('.'), type, mapping, nested, isCopyTarget: false })
    }
  }
}
