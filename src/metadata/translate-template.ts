import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import type { Translated } from './change.ts'
import { flattenSettings, settingsBody } from './flat-settings.ts'
import { jsonObject, mapMembers } from './json-edit.ts'
import { Ledger } from './ledger.ts'
import { mergeTypes } from './merge-types.ts'
import type { RuleContext } from './rule.ts'
import type { SourceMapping } from './source-index.ts'
import { translateAliases } from './translate-aliases.ts'
import { translateMapping } from './translate-mapping.ts'
import { DEFAULT_TRANSLATE_OPTIONS } from './translate-options.ts'
import type { TranslateOptions } from './translate-options.ts'
import { translateSettings } from './translate-settings.ts'
import type { ProductVersion, TargetVersion } from './version-range.ts'

/** A template as the snapshot stores it, of a cluster of version `source`. */
export interface SourceTemplate {
  readonly name: string
  readonly source: ProductVersion
  readonly definition: JsonObject
}

/** The body of `PUT _template/<name>` for a legacy template of any version. */
export function translateLegacyTemplate(
  template: SourceTemplate,
  target: TargetVersion,
  options: Partial<TranslateOptions> = {},
): Translated {
  const { context, ledger } = begin(template, target, options)
  const entry = ledger.entry('template-pattern', '')
  const { template: pattern, ...rest } = template.definition
  if (pattern !== undefined && rest['index_patterns'] === undefined) {
    entry.note('changed', 'template', pattern, [pattern], 'one `template` became a list of `index_patterns` in 6.0')
  }
  const patterns = rest['index_patterns'] ?? (pattern === undefined ? [] : [pattern])
  const content = translateContent(jsonObject(Object.entries(rest)), '', context, ledger)
  const members = Object.entries(content).filter(([name]) => name !== 'index_patterns')
  const body = keepMembers([['index_patterns', patterns], ...members], LEGACY_MEMBERS, '', ledger)
  return { body, ...ledger.result() }
}

/** The body of `PUT _index_template/<name>` for a composable template. */
export function translateIndexTemplate(
  template: SourceTemplate,
  target: TargetVersion,
  options: Partial<TranslateOptions> = {},
): Translated {
  return translateComposable(template, target, options, INDEX_TEMPLATE_MEMBERS)
}

/** The body of `PUT _component_template/<name>`. */
export function translateComponentTemplate(
  template: SourceTemplate,
  target: TargetVersion,
  options: Partial<TranslateOptions> = {},
): Translated {
  return translateComposable(template, target, options, COMPONENT_TEMPLATE_MEMBERS)
}

const LEGACY_MEMBERS = ['index_patterns', 'order', 'version', 'settings', 'mappings', 'aliases']
const INDEX_TEMPLATE_MEMBERS = [
  'index_patterns',
  'template',
  'composed_of',
  'priority',
  'version',
  '_meta',
  'data_stream',
]
const COMPONENT_TEMPLATE_MEMBERS = ['template', 'version', '_meta']
const CONTENT_MEMBERS = ['settings', 'mappings', 'aliases']

function translateComposable(
  template: SourceTemplate,
  target: TargetVersion,
  options: Partial<TranslateOptions>,
  known: readonly string[],
): Translated {
  const { context, ledger } = begin(template, target, options)
  const translated = mapMembers(template.definition, (value, name) => {
    if (name === 'template' && isJsonObject(value)) {
      const content = translateContent(value, 'template.', context, ledger)
      return keepMembers(Object.entries(content), CONTENT_MEMBERS, 'template.', ledger)
    }
    return name === 'data_stream' && isJsonObject(value) ? translateDataStream(value, ledger) : value
  })
  return { body: keepMembers(Object.entries(translated), known, '', ledger), ...ledger.result() }
}

function begin(
  template: SourceTemplate,
  target: TargetVersion,
  options: Partial<TranslateOptions>,
): { context: RuleContext; ledger: Ledger } {
  const context = { source: template.source, target, options: { ...DEFAULT_TRANSLATE_OPTIONS, ...options } }
  return { context, ledger: new Ledger() }
}

/** Settings, mappings and aliases, which all kinds of templates have. */
function translateContent(content: JsonObject, prefix: string, context: RuleContext, ledger: Ledger): JsonObject {
  return mapMembers(content, (value, name) => {
    const path = prefix + name
    if (name === 'settings' && isJsonObject(value)) {
      return settingsBody(translateSettings(flattenSettings(value), path, context, ledger))
    }
    if (name === 'mappings') {
      const merged = mergeTypes(templateMappings(value), path, context, ledger)
      return translateMapping(merged, path, context, ledger)
    }
    return name === 'aliases' && isJsonObject(value) ? translateAliases(value, path, ledger) : value
  })
}

/** Only the timestamp field of a data stream can be chosen. */
function translateDataStream(stream: JsonObject, ledger: Ledger): JsonObject {
  return keepMembers(Object.entries(stream), ['timestamp_field'], 'data_stream.', ledger)
}

/** Templates store mappings as a list of `{type: mapping}`, as one such object, or without a type. */
function templateMappings(value: JsonValue): SourceMapping[] {
  const elements = Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
  return elements.filter(isJsonObject).flatMap((element) => {
    const entries = Object.entries(element)
    const typed =
      entries.length > 0 && entries.every(([name, mapping]) => isJsonObject(mapping) && !ROOT_MEMBERS.has(name))
    return typed
      ? entries.map(([type, mapping]) => ({ type, mapping: mapping as JsonObject }))
      : entries.length === 0
        ? []
        : [{ type: '_doc', mapping: element }]
  })
}

/** What a mapping without type level can begin with; a type is never called so. */
const ROOT_MEMBERS: ReadonlySet<string> = new Set(
  (
    'properties dynamic dynamic_templates dynamic_date_formats date_detection numeric_detection runtime derived ' +
    'subobjects enabled _all _source _routing _meta _field_names _parent _timestamp _ttl _size _data_stream_timestamp ' +
    '_index _id _type _doc_count _tier _ignored _analyzer _boost transform'
  ).split(' '),
)

function keepMembers(
  members: readonly (readonly [string, JsonValue])[],
  known: readonly string[],
  prefix: string,
  ledger: Ledger,
): JsonObject {
  const entry = ledger.entry('template-members', '')
  return jsonObject(
    members.filter(([name, value]) => {
      if (known.includes(name)) return true
      entry.note('dropped', prefix + name, value, undefined, 'templates of the target have no such member')
      return false
    }),
  )
}
