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

/**
 * What servers since 7.0 choose: the largest doubling of the shard count up to 1024, at least one doubling.
 * Source: Elasticsearch `MetadataCreateIndexService.calculateNumRoutingShards`.
 */
export function defaultRoutingShards(shards: number): number {
  return shards * 2 ** Math.max(1, 10 - Math.ceil(Math.log2(shards)))
}
