import type { JsonObject } from '../codec/json-value.ts'
import { compileGlob, compilePatterns } from '../core/patterns.ts'
import type { Translated } from './change.ts'
import type { WantedObject } from './judge-object.ts'
import { json, jsonObject } from './json-edit.ts'
import { scalarText } from './normal-mapping.ts'
import type { TemplateSource } from './select-templates.ts'
import type { TranslateOptions } from './translate-options.ts'
import { translatePipeline } from './translate-pipeline.ts'
import { translateComponentTemplate, translateIndexTemplate, translateLegacyTemplate } from './translate-template.ts'
import type { ProductVersion, TargetVersion } from './version-range.ts'

/** Chosen templates in the words of the target, in the order in which they depend on each other. Pure. */
export function wantedTemplates(
  { componentTemplates, indexTemplates, legacyTemplates }: TemplateSource,
  source: ProductVersion,
  to: TargetVersion,
  options: Partial<TranslateOptions> | undefined,
): WantedObject[] {
  const kinds = [
    ['component template', componentTemplates, translateComponentTemplate],
    ['index template', indexTemplates, translateIndexTemplate],
    ['legacy template', legacyTemplates, translateLegacyTemplate],
  ] as const
  return kinds.flatMap(([kind, definitions, translate]) =>
    [...definitions].map(([name, definition]) => ({
      kind,
      name,
      translated: translate({ name, source, definition }, to, options),
    })),
  )
}

/** The pipelines that `patterns` choose, sorted by name, for a target with some types of processors. Pure. */
export function wantedPipelines(
  pipelines: ReadonlyMap<string, JsonObject>,
  patterns: readonly string[] | undefined,
  processors: ReadonlySet<string>,
): WantedObject[] {
  return chosenPipelines(pipelines, patterns).map(([name, definition]) => ({
    kind: 'ingest pipeline',
    name,
    translated: translatePipeline(definition, processors),
  }))
}

/** The pipelines that `patterns` choose, sorted by name; none without patterns. Pure. */
export function chosenPipelines(
  pipelines: ReadonlyMap<string, JsonObject>,
  patterns: readonly string[] | undefined,
): [string, JsonObject][] {
  const wanted = compilePatterns(patterns ?? [])
  return [...pipelines].filter(([id]) => wanted(id)).sort(([left], [right]) => (left < right ? -1 : 1))
}

/** Above the priorities that stock templates have, for one stream. */
const PRIORITY = 1000

/**
 * The template that a data stream needs when none of the target's index templates is for it: one of its own, made of its newest
 * index. Undefined when the one of the highest priority that fits its name is for data streams. Pure.
 */
export function templateOfStream(
  stream: string,
  newest: Pick<Translated, 'body'>,
  there: ReadonlyMap<string, JsonObject>,
): WantedObject | undefined {
  const fitting = [...there.values()].filter((template) => fits(template, stream))
  const first = fitting.toSorted((left, right) => priorityOf(right) - priorityOf(left))[0]
  if (first?.['data_stream'] !== undefined) return undefined
  const { settings, mappings } = newest.body
  const nothing = jsonObject([])
  const content = jsonObject([
    ['settings', settings ?? nothing],
    ['mappings', mappings ?? nothing],
  ])
  const body = jsonObject([
    ['index_patterns', [stream]],
    ['data_stream', json({})],
    ['priority', PRIORITY],
    ['template', content],
  ])
  return { kind: 'index template', name: `${stream}-backfill`, translated: { body, changes: [], problems: [] } }
}

function fits(template: JsonObject, name: string): boolean {
  return patternsOf(template).some((pattern) => compileGlob(pattern)(name))
}

/** The names that a template is for. */
export function patternsOf(template: JsonObject): readonly string[] {
  const patterns = template['index_patterns']
  const list: readonly unknown[] = Array.isArray(patterns) ? patterns : [patterns]
  return list.filter((pattern) => typeof pattern === 'string')
}

/** Of a composable template; absent means 0. */
export function priorityOf(template: JsonObject): number {
  const priority = template['priority']
  return priority === undefined ? 0 : Number(scalarText(priority) ?? 0)
}
