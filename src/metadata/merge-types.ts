import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { jsonObject, sameJson } from './json-edit.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import type { RuleContext } from './rule.ts'
import type { SourceMapping } from './source-index.ts'

const RULE = 'merge-types'

/**
 * One mapping from the mappings of all types: fields are united; of two that differ the first one stays and the other is a
 * problem. `_default_`, which only set defaults for new types, is left out.
 */
export function mergeTypes(
  mappings: readonly SourceMapping[],
  path: string,
  _context: RuleContext,
  ledger: Ledger,
): JsonObject {
  const entry = ledger.entry(RULE, path)
  const types = mappings.filter(({ type, mapping }) => {
    if (type !== '_default_') return true
    entry.note('dropped', type, mapping, undefined, 'defaults for new types have no use with a single type')
    return false
  })
  if (types.length === 0) return jsonObject([])
  if (types.length === 1) {
    const { type, mapping } = types[0]!
    if (type !== '_doc') entry.note('changed', type, type, undefined, 'mapping types ended with 7.0; the fields stay')
    return mapping
  }
  const names = types.map(({ type }) => type)
  entry.note(
    'changed',
    '',
    names,
    undefined,
    `mapping types ended with 7.0; the fields of ${names.join(', ')} are united`,
  )
  entry.problem(
    '',
    'documents of different types that have the same id overwrite one another',
    'give them different ids',
  )
  entry.transform({ kind: 'merge-types', types: names })
  return types.map(({ mapping }) => mapping).reduce((left, right) => unite(left, right, '', entry))
}

/** Members of both; where both have one that differs, objects are united and other values are those of `left`. */
function unite(left: JsonObject, right: JsonObject, path: string, entry: LedgerEntry): JsonObject {
  const members = new Map(Object.entries(left))
  for (const [name, value] of Object.entries(right)) {
    const at = path === '' ? name : `${path}.${name}`
    const present = members.get(name)
    if (present === undefined) members.set(name, value)
    else if (isJsonObject(present) && isJsonObject(value)) members.set(name, unite(present, value, at, entry))
    else if (!sameJson(present, value)) {
      const reason = 'two types define it differently; the definition of the first type stays'
      entry.note('approximated', at, value, present, reason)
      entry.problem(at, 'types define this differently', 'move one of the types to an index of its own on the source')
    }
  }
  return jsonObject(members)
}
