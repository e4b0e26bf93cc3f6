import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { booleanOf, jsonObject, objectMember, sameJson, withMember, withoutMembers } from './json-edit.ts'
import type { Ledger, LedgerEntry } from './ledger.ts'
import { takeParents, withJoinField } from './parents.ts'
import type { RuleContext } from './rule.ts'
import type { SourceMapping } from './source-index.ts'
import { isTimeOn, TIME_NAMES } from './time-fields.ts'

const RULE = 'merge-types'

/**
 * One mapping from the mappings of all types: fields are united; of two that differ the first one stays and the other is a
 * problem. `_default_`, which only set defaults for new types, is left out where there is another type.
 */
export function mergeTypes(
  all: readonly SourceMapping[],
  path: string,
  context: RuleContext,
  ledger: Ledger,
): JsonObject {
  const entry = ledger.entry(RULE, path)
  if (all.some(({ type }) => type === '.percolator')) noteQueries(ledger.entry('percolator-type', path))
  const { mappings, join } = takeParents(withoutDefault(all, entry), path, context, ledger)
  const [first] = mappings
  if (first === undefined) return jsonObject([])
  if (mappings.length > 1) return withJoinField(unite(mappings, entry), join, path, ledger)
  if (first.type !== '_doc') {
    entry.note('changed', '', first.type, undefined, 'mapping types ended with 7.0; the fields stay')
  }
  return withJoinField(first.mapping, join, path, ledger)
}

/** Documents of this type of 1.x and 2.x were queries to be matched; whether the target can read them all is for a user to say. */
function noteQueries(entry: LedgerEntry): void {
  const detail = 'queries of the type .percolator are kept as documents, and nothing is matched with them any more'
  const decision = 'map their field with metadataMigration.mappings.set: { "query": { "type": "percolator" } }'
  entry.problem('properties.query', detail, decision)
}

/** The defaults themselves are the mapping when there is no type, as in templates. */
function withoutDefault(all: readonly SourceMapping[], entry: LedgerEntry): readonly SourceMapping[] {
  const types = all.filter(({ type }) => type !== '_default_')
  if (types.length === 0 || types.length === all.length) return all
  const defaults = all.find(({ type }) => type === '_default_')
  entry.note(
    'dropped',
    '_default_',
    defaults?.mapping,
    undefined,
    'types that there are have taken the defaults already',
  )
  return types
}

function unite(mappings: readonly SourceMapping[], entry: LedgerEntry): JsonObject {
  const types = mappings.map(({ type }) => type)
  entry.note(
    'changed',
    '',
    types,
    undefined,
    `mapping types ended with 7.0; the fields of ${types.join(', ')} are united`,
  )
  const detail = 'documents of different types that have the same id overwrite one another'
  entry.problem('', detail, 'check the ids, and give such documents others on the source')
  entry.transform({ kind: 'merge-types', types })
  const united = mappings.map(({ mapping }) => mapping).reduce((left, right) => uniteObjects(left, right, '', entry))
  const roots = mappings.map(({ mapping }) => mapping)
  return leastStrict(commonRouting(withTimes(united, roots), roots, entry), roots, entry)
}

/** Members of both; where both have one that differs, objects are united and other values are those of `left`. */
function uniteObjects(left: JsonObject, right: JsonObject, path: string, entry: LedgerEntry): JsonObject {
  const members = new Map(Object.entries(left))
  for (const [name, value] of Object.entries(right)) {
    const at = path === '' ? name : `${path}.${name}`
    const present = members.get(name)
    if (present === undefined) members.set(name, value)
    else if (isJsonObject(present) && isJsonObject(value)) {
      members.set(
        name,
        isField(path) ? uniteFields(present, value, at, entry) : uniteObjects(present, value, at, entry),
      )
    } else if (!sameJson(present, value) && !DECIDED.test(at)) noteDifference(present, value, at, entry)
  }
  return jsonObject(members)
}

/** Members of the root that are decided for all types together. */
const DECIDED = /^(dynamic|_routing\.required|(_timestamp|_ttl)\..+)$/

function isField(path: string): boolean {
  return path === 'properties' || path.endsWith('.properties')
}

/** Objects are united, but of two definitions of a value the first one stays as a whole. */
function uniteFields(left: JsonObject, right: JsonObject, at: string, entry: LedgerEntry): JsonObject {
  if (sameJson(left, right)) return left
  const type = (field: JsonObject): JsonValue => field['type'] ?? 'object'
  if (isObjectType(type(left)) && type(left) === type(right)) return uniteObjects(left, right, at, entry)
  noteDifference(left, right, at, entry)
  return left
}

function isObjectType(type: JsonValue): boolean {
  return type === 'object' || type === 'nested'
}

function noteDifference(kept: JsonValue, other: JsonValue, at: string, entry: LedgerEntry): void {
  entry.note('approximated', at, other, kept, 'two types define it differently; the definition of the first type stays')
  const decision =
    'map the field on the target beforehand, or move one of the types to an index of its own on the source'
  entry.problem(at, 'types define this differently; documents of the other type may be refused', decision)
}

/** Routing is required only where every type requires it: else documents of the others would be refused. */
function commonRouting(united: JsonObject, roots: readonly JsonObject[], entry: LedgerEntry): JsonObject {
  const required = roots.map((root) => booleanOf(objectMember(root, '_routing')?.['required']) === true)
  if (!required.includes(true) || !required.includes(false)) return united
  entry.note('dropped', '_routing.required', true, undefined, 'not every type requires routing')
  const rest = withoutMembers(objectMember(united, '_routing') ?? jsonObject([]), 'required')
  return Object.keys(rest).length === 0 ? withoutMembers(united, '_routing') : withMember(united, '_routing', rest)
}

/** A time that one type keeps is kept: documents of the others have none. */
function withTimes(united: JsonObject, roots: readonly JsonObject[]): JsonObject {
  return TIME_NAMES.reduce((edited, name) => {
    const value = roots.find((root) => isTimeOn(root, name))?.[name]
    return value === undefined ? edited : withMember(edited, name, value)
  }, united)
}

/** From the most to the least permissive; a type without says true. */
const MODES = ['true', 'false', 'strict']

/** New fields are treated as the most permissive type does: else its documents would be refused. */
function leastStrict(united: JsonObject, roots: readonly JsonObject[], entry: LedgerEntry): JsonObject {
  const modes = roots.map((root) => {
    const mode = root['dynamic']
    return mode === 'strict' ? 'strict' : String(booleanOf(mode) ?? true)
  })
  const chosen = MODES.find((mode) => modes.includes(mode)) ?? 'true'
  if (modes.every((mode) => mode === chosen)) return united
  entry.note('approximated', 'dynamic', modes, chosen, 'the types differ; the most permissive one decides')
  return withMember(united, 'dynamic', chosen)
}
