import * as z from 'zod'
import { call } from '../cluster/call.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { flattenSettings } from '../metadata/flat-settings.ts'
import type { SourceIndex, SourceMapping } from '../metadata/source-index.ts'
import { routingFactor } from '../metadata/routing-shards.ts'
import { productVersionOf, type ProductVersion } from '../metadata/version-range.ts'
import { decodeVersionId } from '../repository/version-id.ts'

const DEADLINE_MS = 300_000

const anyObject = z.record(z.string(), z.unknown()).default({})
const definitionsSchema = z.record(
  z.string(),
  z.object({ settings: anyObject, mappings: anyObject, aliases: anyObject }),
)

/** Settings, mappings and aliases of every index of a live source, from one request however many there are. */
export async function sourceDefinitions(
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SourceIndex>> {
  const query = cluster.quirks.hiddenIndices ? { expand_wildcards: 'all' } : {}
  const wanted = { method: 'GET', path: ['_all'], query, deadlineMs: DEADLINE_MS } as const
  const found = await call(cluster, wanted, definitionsSchema, signal)
  const fallback = productOf(cluster)
  return new Map(
    Object.entries(found).map(([name, definition]) => {
      // Parsed from JSON by the client, so the members are JSON values.
      const { settings, mappings, aliases } = definition as Readonly<Record<keyof typeof definition, JsonObject>>
      const flat = flattenSettings(settings)
      const created = Number(flat.get('index.version.created') ?? NaN)
      const version = Number.isFinite(created) ? decodeVersionId(created) : undefined
      const shards = Number(flat.get('index.number_of_shards') ?? 1)
      const index: SourceIndex = {
        name,
        createdVersion: (version && productVersionOf(version)) ?? fallback,
        settings: flat,
        mappings: typed(mappings, fallback),
        aliases: new Map(Object.entries(aliases) as [string, JsonObject][]),
        routingNumShards: routingFactor(version, shards, undefined),
      }
      return [name, index]
    }),
  )
}

/** Product and version of a cluster, as the rules of metadata read them. */
export function productOf({ info: { distribution, version } }: Cluster): ProductVersion {
  return { distribution, major: version.major, minor: version.minor }
}

/** Before 7.0 mappings stand below the names of their types. */
function typed(mappings: JsonObject, { distribution, major }: ProductVersion): SourceMapping[] {
  if (distribution === 'elasticsearch' && major < 7) {
    return Object.entries(mappings).map(([type, mapping]) => ({ type, mapping: mapping as JsonObject }))
  }
  return Object.keys(mappings).length === 0 ? [] : [{ type: '_doc', mapping: mappings }]
}
