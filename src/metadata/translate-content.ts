import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject } from '../codec/json-value.ts'
import type { FlatSettings, SettingValue } from './flat-settings.ts'
import type { Ledger } from './ledger.ts'
import { mergeTypes } from './merge-types.ts'
import type { RuleContext } from './rule.ts'
import { rulesFor } from './rules.ts'
import { needsKnn } from './rules/vectors.ts'
import type { SourceMapping } from './source-index.ts'
import { translateMapping } from './translate-mapping.ts'

/** Settings and mapping in the words of the target; a mapping of undefined stays so. */
export interface TranslatedContent {
  readonly settings: Map<string, SettingValue>
  readonly mapping: JsonObject | undefined
}

/** Translates what indices and templates of every kind have in common; `prefix` is in front of every path. */
export function translateContent(
  settings: FlatSettings,
  mappings: readonly SourceMapping[] | undefined,
  prefix: string,
  context: RuleContext,
  ledger: Ledger,
): TranslatedContent {
  const edited = new Map(settings)
  for (const rule of rulesFor(context).settings)
    rule.edit(edited, ledger.entry(rule.name, `${prefix}settings`), context)
  if (mappings === undefined) return { settings: edited, mapping: undefined }
  const path = `${prefix}mappings`
  const mapping = translateMapping(mergeTypes(mappings, path, context, ledger), path, context, ledger)
  if (needsKnn(mapping, context) && !edited.has('index.knn')) {
    edited.set('index.knn', 'true')
    const entry = ledger.entry('dense-vector', `${prefix}settings`)
    entry.note('changed', 'index.knn', undefined, 'true', 'vector fields with a graph need it')
  }
  return { settings: edited, mapping }
}

/** The mappings of a template: a list of `{type: mapping}`, one such object, or a mapping without type. */
export function templateMappings(value: unknown): SourceMapping[] {
  const elements = Array.isArray(value) ? (value as readonly JsonObject[]) : [value as JsonObject]
  return elements.filter(isJsonObject).flatMap((element) => {
    const entries = Object.entries(element)
    if (entries.length === 0) return []
    const typed = entries.every(([name, mapping]) => isJsonObject(mapping) && !ROOT_MEMBERS.has(name))
    if (!typed) return [{ type: '_doc', mapping: element }]
    return entries.map(([type, mapping]) => ({ type, mapping: mapping as JsonObject }))
  })
}

/** What a mapping without type level can have; a type is never called so. */
const ROOT_MEMBERS: ReadonlySet<string> = new Set(
  (
    'properties dynamic dynamic_templates dynamic_date_formats date_detection numeric_detection runtime derived ' +
    'subobjects enabled _all _source _routing _meta _field_names _parent _timestamp _ttl _size _data_stream_timestamp ' +
    '_index _id _type _doc_count _tier _ignored _analyzer _boost transform'
  ).split(' '),
)
