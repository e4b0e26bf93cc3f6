import type { JsonObject } from '../codec/json-value.ts'
import { compileGlob, compilePatterns } from '../core/patterns.ts'
import { systemObjectReason } from './system-objects.ts'
import type { ObjectKind } from './system-objects.ts'

/** The templates of a cluster, as its global metadata has them. */
export interface TemplateSource {
  readonly legacyTemplates: ReadonlyMap<string, JsonObject>
  readonly indexTemplates: ReadonlyMap<string, JsonObject>
  readonly componentTemplates: ReadonlyMap<string, JsonObject>
}

/** Which templates are asked for, one test a kind; undefined asks for all but those of the system. */
export interface TemplateFilters {
  readonly legacyTemplates?: ((name: string) => boolean) | undefined
  readonly indexTemplates?: ((name: string) => boolean) | undefined
  readonly componentTemplates?: ((name: string) => boolean) | undefined
}

/** The filters for lists of patterns; `templates` are of legacy and of index templates. */
export function templateFilters(
  templates: readonly string[] | undefined,
  components: readonly string[] | undefined,
): TemplateFilters {
  const wanted = templates === undefined ? undefined : compilePatterns(templates)
  return {
    legacyTemplates: wanted,
    indexTemplates: wanted,
    componentTemplates: components === undefined ? undefined : compilePatterns(components),
  }
}

/** A template or an alias that is not moved, for the plan to list. */
export interface LeftOut {
  readonly kind: ObjectKind | 'alias'
  readonly name: string
  readonly reason: string
}

/** The templates to move, sorted by name, and all others with the reason. */
export interface TemplateSelection extends TemplateSource {
  readonly leftOut: readonly LeftOut[]
}

/**
 * Chooses templates. A filter decides alone when there is one, system templates included; else those of the system stay
 * behind, unless a template that moves is composed of them.
 */
export function selectTemplates(from: TemplateSource, filters: TemplateFilters): TemplateSelection {
  const leftOut: LeftOut[] = []
  const indexTemplates = select('index template', from.indexTemplates, filters.indexTemplates, leftOut)
  const needed = new Set([...indexTemplates.values()].flatMap(componentNames))
  const components = new Map<string, JsonObject>()
  const rest = new Map<string, JsonObject>()
  for (const [name, definition] of from.componentTemplates) {
    const into = filters.componentTemplates === undefined && needed.has(name) ? components : rest
    into.set(name, definition)
  }
  const chosen = select('component template', rest, filters.componentTemplates, leftOut)
  return {
    legacyTemplates: select('legacy template', from.legacyTemplates, filters.legacyTemplates, leftOut),
    indexTemplates,
    componentTemplates: sorted([...components, ...chosen]),
    leftOut,
  }
}

/** Of the chosen templates those that data streams of these names are created from, with their components. */
export function templatesForStreams(selection: TemplateSource, streams: Iterable<string>): TemplateSource {
  const names = [...streams]
  const indexTemplates = new Map(
    [...selection.indexTemplates].filter(([, template]) => {
      const patterns = template['index_patterns']
      if (template['data_stream'] === undefined || !Array.isArray(patterns)) return false
      const globs = patterns.filter((pattern) => typeof pattern === 'string').map(compileGlob)
      return names.some((name) => globs.some((matches) => matches(name)))
    }),
  )
  const needed = new Set([...indexTemplates.values()].flatMap(componentNames))
  const components = [...selection.componentTemplates].filter(([name]) => needed.has(name))
  return { legacyTemplates: new Map(), indexTemplates, componentTemplates: new Map(components) }
}

/** The aliases of whole data streams that are not moved, of the streams that are; by name, with their streams. */
export function aliasesOfStreams(
  aliases: Iterable<readonly [string, readonly string[]]>,
  streams: { has(name: string): boolean },
): LeftOut[] {
  return [...aliases].flatMap(([name, of]) =>
    of.some((stream) => streams.has(stream))
      ? [{ kind: 'alias', name, reason: 'is of whole data streams, which OpenSearch does not have' }]
      : [],
  )
}

function select(
  kind: ObjectKind,
  templates: ReadonlyMap<string, JsonObject>,
  wanted: ((name: string) => boolean) | undefined,
  leftOut: LeftOut[],
): ReadonlyMap<string, JsonObject> {
  return sorted(
    [...templates].filter(([name, definition]) => {
      const unwanted = wanted === undefined || wanted(name) ? undefined : 'the configuration does not ask for it'
      const reason = wanted === undefined ? systemObjectReason(kind, name, definition) : unwanted
      if (reason !== undefined) leftOut.push({ kind, name, reason })
      return reason === undefined
    }),
  )
}

function componentNames(template: JsonObject): string[] {
  const names = template['composed_of']
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

function sorted(entries: readonly (readonly [string, JsonObject])[]): ReadonlyMap<string, JsonObject> {
  return new Map([...entries].sort(([left], [right]) => (left < right ? -1 : 1)))
}
