import { parseJsonExact, stringifyJson } from '../../../src/codec/json-exact.ts'
import type { JsonObject } from '../../../src/codec/json-value.ts'
import type { Translated } from '../../../src/metadata/change.ts'
import { flattenSettings } from '../../../src/metadata/flat-settings.ts'
import { translateIndex } from '../../../src/metadata/translate-index.ts'
import {
  translateComponentTemplate,
  translateIndexTemplate,
  translateLegacyTemplate,
} from '../../../src/metadata/translate-template.ts'
import type { TranslateOptions } from '../../../src/metadata/translate-options.ts'
import type { ProductVersion, TargetVersion } from '../../../src/metadata/version-range.ts'

/** Any value that JSON can write, as an object of a decoded document. */
export function decoded(value: object): JsonObject {
  return parseJsonExact(JSON.stringify(value), 'test') as JsonObject
}

/** `elasticsearch 7.10` as a version. */
export function version(text: string): ProductVersion {
  const [, product, major, minor] = /^(\w+) (\d+)\.(\d+)$/.exec(text)!
  return {
    distribution: product === 'opensearch' ? 'opensearch' : 'elasticsearch',
    major: Number(major),
    minor: Number(minor),
  }
}

/** What a test states of an index and of its translation. */
export interface Example {
  readonly from?: string
  readonly to?: string
  readonly plugins?: readonly string[]
  readonly options?: Partial<TranslateOptions>
  readonly settings?: object
  /** By type. */
  readonly mappings?: Readonly<Record<string, object>>
  readonly aliases?: Readonly<Record<string, object>>
  readonly routingNumShards?: number
}

/** Translates the index of an example, from Elasticsearch 7.10 to OpenSearch 2.19 unless it says otherwise. */
export function translate(example: Example): Translated {
  const target: TargetVersion = { ...version(example.to ?? 'opensearch 2.19'), plugins: new Set(example.plugins) }
  const index = {
    name: 'books',
    createdVersion: version(example.from ?? 'elasticsearch 7.10'),
    settings: flattenSettings(decoded(example.settings ?? {})),
    mappings: Object.entries(example.mappings ?? {}).map(([type, mapping]) => ({ type, mapping: decoded(mapping) })),
    aliases: new Map(Object.entries(example.aliases ?? {}).map(([name, alias]) => [name, decoded(alias)])),
    routingNumShards: example.routingNumShards,
  }
  return translateIndex(index, target, example.options)
}

/** A kind of template, with what is in front of the paths inside it. */
export type TemplateKind = 'legacy template' | 'index template' | 'component template'

/** Translates the content of an example as that of a template; paths are those of an index. */
export function translateAsTemplate(example: Example, kind: TemplateKind): Translated {
  const target: TargetVersion = { ...version(example.to ?? 'opensearch 2.19'), plugins: new Set(example.plugins) }
  const { settings = {}, mappings = {}, aliases = {} } = example
  const content = { settings, mappings, aliases }
  const legacy = kind === 'legacy template'
  const definition = decoded(
    legacy ? { index_patterns: ['b*'], ...content } : { index_patterns: ['b*'], template: content },
  )
  const template = { name: 'books', source: version(example.from ?? 'elasticsearch 7.10'), definition }
  const translate = {
    'legacy template': translateLegacyTemplate,
    'index template': translateIndexTemplate,
    'component template': translateComponentTemplate,
  }[kind]
  const translated = translate(template, target, example.options)
  const bare = <T extends { readonly path: string }>(one: T): T => ({
    ...one,
    path: one.path.replace(/^template\./, ''),
  })
  return { ...translated, changes: translated.changes.map(bare), problems: translated.problems.map(bare) }
}

/** The one field `f` of a mapping, translated; undefined when it is left out. */
export function translateField(
  field: object,
  example: Example = {},
): { readonly f: unknown; readonly translated: Translated } {
  const translated = translate({ ...example, mappings: { _doc: { properties: { f: field } } } })
  return { f: (plain(translated.body['mappings']) as { properties: { f?: unknown } }).properties.f, translated }
}

/** The translated settings alone. */
export function translateSettings(settings: object, example: Example = {}): unknown {
  return plain(translate({ ...example, settings }).body['settings'])
}

/** A decoded value with ordinary objects, as `toEqual` prints it well. */
export function plain(value: unknown): unknown {
  return JSON.parse(stringifyJson(value as JsonObject))
}

/** The rules that were applied, each once. */
export function rulesOf({ changes }: Translated): string[] {
  return [...new Set(changes.map(({ rule }) => rule))]
}
