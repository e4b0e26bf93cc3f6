import type { SettingValue } from './flat-settings.ts'
import type { Ledger } from './ledger.ts'
import type { SourceIndex } from './source-index.ts'

const SETTING = 'index.number_of_routing_shards'

/**
 * Gives the new index the routing factor of the old one where the target would choose another: then every document and every
 * custom routing lands in the shard of the same number. One shard needs none.
 */
export function routingShards(index: SourceIndex, settings: Map<string, SettingValue>, ledger: Ledger): void {
  const factor = index.routingNumShards
  const shards = Number(settings.get('index.number_of_shards') ?? '1')
  if (factor === undefined || shards <= 1 || settings.has(SETTING) || factor === defaultRoutingShards(shards)) return
  if (factor < shards || factor % shards !== 0) return
  settings.set(SETTING, String(factor))
  const reason = `the index has ${factor} routing shards where the target would take ${defaultRoutingShards(shards)}`
  ledger.entry('routing-shards', 'settings').note('changed', SETTING, undefined, String(factor), reason)
}

/** From this index version on (9.4) a shard is chosen by the hash modulo the number of shards, whatever the factor says. */
const FIRST_MOD_ROUTING = 9_064_000

/**
 * The routing factor by which documents of an index really lie in its shards; undefined where no factor can say it. What the
 * metadata records is right from 5.0 to 9.3; 2.x, which records none, and 9.4 and later divide by the number of shards; 1.x
 * uses another hash.
 *
 * Source: Elasticsearch `IndexRouting`, `IndexVersions.MOD_ROUTING_FUNCTION`; held against the shards of real snapshots.
 */
export function routingFactor(
  created: { readonly id: number; readonly distribution: string; readonly major: number | undefined } | undefined,
  shards: number,
  recorded: number | undefined,
): number | undefined {
  if (created?.distribution !== 'elasticsearch') return recorded
  if (created.id >= FIRST_MOD_ROUTING || created.major === 2) return shards
  return recorded
}

/**
 * What servers since 7.0 choose: the largest doubling of the shard count up to 1024, at least one doubling.
 * Source: Elasticsearch `MetadataCreateIndexService.calculateNumRoutingShards`.
 */
export function defaultRoutingShards(shards: number): number {
  return shards * 2 ** Math.max(1, 10 - Math.ceil(Math.log2(shards)))
}
