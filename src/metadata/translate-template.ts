import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import type { Translated } from './change.ts'
import { flattenSettings, settingsBody } from './flat-settings.ts'
import { jsonObject, mapMembers, objectMember } from './json-edit.ts'
import { Ledger } from './ledger.ts'
import type { RuleContext } from './rule.ts'
import { translateAliases } from './translate-aliases.ts'
import { templateMappings, translateContent } from './translate-content.ts'
import { DEFAULT_TRANSLATE_OPTIONS } from './translate-options.ts'
import type { TranslateOptions } from './translate-options.ts'
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
  const content = translateMembers(jsonObject(Object.entries(rest)), '', context, ledger)
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
      const content = translateMembers(value, 'template.', context, ledger)
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
  const { definition, source } = template
  const content = objectMember(definition, 'template') ?? definition
  const settings = flattenSettings(objectMember(content, 'settings') ?? jsonObject([]))
  const context = { source, target, settings, options: { ...DEFAULT_TRANSLATE_OPTIONS, ...options } }
  return { context, ledger: new Ledger() }
}

/** Settings, mappings and aliases, which all kinds of templates have. */
function translateMembers(content: JsonObject, prefix: string, context: RuleContext, ledger: Ledger): JsonObject {
  const mappings = content['mappings'] === undefined ? undefined : templateMappings(content['mappings'])
  const { settings, mapping } = translateContent(context.settings, mappings, prefix, context, ledger)
  const edited = mapMembers(content, (value, name) => {
    if (name === 'settings') return settingsBody(settings)
    if (name === 'mappings') return mapping
    return name === 'aliases' && isJsonObject(value) ? translateAliases(value, `${prefix}aliases`, ledger) : value
  })
  return settings.size === 0 || content['settings'] !== undefined
    ? edited
    : jsonObject([['settings', settingsBody(settings)], ...Object.entries(edited)])
}

/** Only the timestamp field of a data stream can be chosen. */
function translateDataStream(stream: JsonObject, ledger: Ledger): JsonObject {
  return keepMembers(Object.entries(stream), ['timestamp_field'], 'data_stream.', ledger)
}

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
