import type { Cluster } from '../cluster/cluster.ts'
import { listDataStreams, type DataStream } from '../cluster/data-streams.ts'
import { catIndices, getAliases, type IndexLine } from '../cluster/indices.ts'
import { listNodes } from '../cluster/nodes.ts'
import { getPipelines } from '../cluster/pipelines.ts'
import { listRepositories, type RegisteredRepository } from '../cluster/repositories.ts'
import {
  getComponentTemplates,
  getIndexTemplates,
  getLegacyTemplates,
  type NamedObjects,
} from '../cluster/templates.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { once } from '../core/once.ts'
import type { TemplateSource } from '../metadata/select-templates.ts'
import type { SourceIndex } from '../metadata/source-index.ts'
import { sourceDefinitions } from './source-definitions.ts'

/** What a source says of itself. Each question is one request, asked when first needed and never again. */
export interface SourceAnswers {
  readonly name: string
  readonly cluster: Cluster
  repositories(): Promise<readonly RegisteredRepository[]>
  /** Every index, hidden and closed ones included, by name. */
  indices(): Promise<readonly IndexLine[]>
  dataStreams(): Promise<readonly DataStream[]>
  /** Templates of every kind. */
  templates(): Promise<TemplateSource>
  /** Ingest pipelines by id. */
  pipelines(): Promise<ReadonlyMap<string, JsonObject>>
  /** Names of aliases of data streams, with the streams. */
  streamAliases(): Promise<ReadonlyMap<string, readonly string[]>>
  /** Settings, mappings and aliases of every index. */
  definitions(): Promise<ReadonlyMap<string, SourceIndex>>
  /** Folders of `path.repo` over all nodes, each once. */
  repositoryFolders(): Promise<readonly string[]>
}

/** Prepares the questions to a source; asks nothing yet. */
export function sourceAnswers(name: string, cluster: Cluster, signal: AbortSignal): SourceAnswers {
  const dataStreams = once(() => listDataStreams(cluster, signal))
  return {
    name,
    cluster,
    repositories: once(() => listRepositories(cluster, signal)),
    indices: once(() => catIndices(cluster, signal)),
    dataStreams,
    templates: once(() => templatesOf(cluster, signal)),
    pipelines: once(async () => byName(await getPipelines(cluster, signal))),
    streamAliases: once(async () => {
      const streams = new Set((await dataStreams()).map((stream) => stream.name))
      const aliases = new Map<string, readonly string[]>()
      if (streams.size === 0) return aliases
      for (const [stream, own] of Object.entries(await getAliases(cluster, signal))) {
        if (!streams.has(stream)) continue
        for (const alias of Object.keys(own)) aliases.set(alias, [...(aliases.get(alias) ?? []), stream])
      }
      return aliases
    }),
    definitions: once(() => sourceDefinitions(cluster, signal)),
    repositoryFolders: once(async () => {
      const nodes = await listNodes(cluster, signal)
      return [...new Set(nodes.flatMap((node) => node.pathRepo))]
    }),
  }
}

async function templatesOf(cluster: Cluster, signal: AbortSignal): Promise<TemplateSource> {
  return {
    legacyTemplates: byName(await getLegacyTemplates(cluster, {}, signal)),
    indexTemplates: byName(await getIndexTemplates(cluster, signal)),
    componentTemplates: byName(await getComponentTemplates(cluster, signal)),
  }
}

/** Parsed from JSON by the client, so the members are JSON values. */
function byName(objects: NamedObjects): ReadonlyMap<string, JsonObject> {
  return new Map(Object.entries(objects) as [string, JsonObject][])
}
