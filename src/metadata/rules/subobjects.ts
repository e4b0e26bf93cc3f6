import type { JsonObject } from '../../codec/json-value.ts'
import { booleanOf, withoutMembers } from '../json-edit.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { FieldRule, MappingRule } from '../rule.ts'

const TEXT = {
  name: 'subobjects',
  summary: '`subobjects` of 8.x has no equivalent: dots in names always make objects.',
}

/** Objects that flatten their inner fields. */
export const subobjects: FieldRule = { kind: 'field', ...TEXT, edit: editObject }

/** The same at the root of a mapping. */
export const subobjectsOfMapping: MappingRule = { kind: 'mapping', ...TEXT, edit: editObject }

function editObject(object: JsonObject, entry: LedgerEntry): JsonObject {
  const value = object['subobjects']
  if (value === undefined) return object
  entry.note('dropped', 'subobjects', value, undefined, 'dots in field names always make objects on the target')
  const edited = withoutMembers(object, 'subobjects')
  if (booleanOf(value) === true) return edited
  const detail =
    'documents with a value at a field and another below it (`a` and `a.b`) are refused where neither is mapped'
  entry.problem('subobjects', detail, 'rename one of such fields with `documentBackfill.transform.rename`')
  return edited
}
