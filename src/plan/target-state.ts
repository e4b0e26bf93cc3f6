import { listDataStreams } from '../cluster/data-streams.ts'
import { catIndices, getAliases, getIndices } from '../cluster/indices.ts'
import { listPlugins } from '../cluster/nodes.ts'
import { getPipelines, listProcessors } from '../cluster/pipelines.ts'
import {
  getComponentTemplates,
  getIndexTemplates,
  getLegacyTemplates,
  type NamedObjects,
} from '../cluster/templates.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { once } from '../core/once.ts'
import type { WantedObject } from '../metadata/judge-object.ts'
import type { TargetVersion } from '../metadata/version-range.ts'
import { productOf } from './source-definitions.ts'

/** Definitions by name; planning adds what it expects to be written. */
export type Definitions = Map<string, JsonObject>

/**
 * What a target has of all that Migrate Metadata looks at. Each question is one request for everything, asked when first needed
 * and never again. Migrations that are planned write down what they are going to make, so that later ones find it.
 */
export interface TargetState {
  readonly cluster: Cluster
  /** Version and plugins, as the rules read them. */
  version(): Promise<TargetVersion>
  templates(): Promise<Readonly<Record<'component template' | 'index template' | 'legacy template', Definitions>>>
  pipelines(): Promise<Definitions>
  /** Types of processors that every node has. */
  processors(): Promise<ReadonlySet<string>>
  /** The index behind every name: of an index itself, of an alias or a data stream the first by name. */
  names(): Promise<Map<string, string>>
  /** Documents of every data stream. */
  streams(): Promise<ReadonlyMap<string, number>>
  /** Those of some indices that are there. */
  indices(names: readonly string[]): Promise<ReadonlyMap<string, JsonObject>>
  /** Bodies of indices that migrations planned before are going to create. */
  readonly written: Definitions
}

/** Prepares the questions to a target; asks nothing yet. */
export function targetState(cluster: Cluster, signal: AbortSignal): TargetState {
  const streams = once(() => listDataStreams(cluster, signal))
  return {
    cluster,
    version: once(async () => ({ ...productOf(cluster), plugins: await listPlugins(cluster, signal) })),
    templates: once(async () => ({
      'component template': definitions(await getComponentTemplates(cluster, signal)),
      'index template': definitions(await getIndexTemplates(cluster, signal)),
      'legacy template': definitions(await getLegacyTemplates(cluster, {}, signal)),
    })),
    pipelines: once(async () => definitions(await getPipelines(cluster, signal))),
    processors: once(() => listProcessors(cluster, signal)),
    names: once(async () => {
      const names = new Map<string, string>()
      const add = (name: string, index: string): void => {
        const known = names.get(name)
        if (known === undefined || index < known) names.set(name, index)
      }
      const aliases = Object.entries(await getAliases(cluster, signal))
      for (const [index, own] of aliases) for (const name of Object.keys(own)) add(name, index)
      for (const { name, indices } of await streams()) add(name, indices.toSorted()[0] ?? name)
      for (const [index] of aliases) names.set(index, index)
      return names
    }),
    streams: once(async () => {
      const found = await streams()
      if (found.length === 0) return new Map()
      const documents = new Map((await catIndices(cluster, signal)).map((line) => [line.index, line.documents ?? 0]))
      return new Map(
        found.map(({ name, indices }) => [name, indices.reduce((sum, index) => sum + (documents.get(index) ?? 0), 0)]),
      )
    }),
    indices: async (names) =>
      // Parsed from JSON by the client, so the members are JSON values.
      names.length === 0 ? new Map() : ((await getIndices(cluster, names, signal)) as ReadonlyMap<string, never>),
    written: new Map(),
  }
}

/** The definitions of the kind of an object other than an index. */
export async function definitionsLike(state: TargetState, { kind }: Pick<WantedObject, 'kind'>): Promise<Definitions> {
  if (kind === 'index') return state.written
  return kind === 'ingest pipeline' ? state.pipelines() : (await state.templates())[kind]
}

/** Parsed from JSON by the client, so the members are JSON values. */
function definitions(objects: NamedObjects): Definitions {
  return new Map(Object.entries(objects) as [string, JsonObject][])
}
