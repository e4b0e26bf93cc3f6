import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { flatSettings, settingText } from './flat-settings.ts'
import type { FlatSettings } from './flat-settings.ts'
import { MetadataFields } from './metadata-fields.ts'
import { unpackValues } from './unpack-values.ts'
import { decodeVersionId } from './version-id.ts'
import type { VersionId } from './version-id.ts'

/** The mapping of one type; indices since 7.0 have one, called `_doc`. */
export interface TypeMapping {
  readonly type: string
  readonly mapping: JsonObject
}

/** What the metadata of an index says about documents that are not in the snapshot itself. */
export type IndexKind =
  /** Ordinary: all data is in the snapshot. */
  | { readonly kind: 'full' }
  /** From a source-only repository: stored documents without any doc values; deletes only in live-document files. */
  | { readonly kind: 'source-only' }
  /** A mounted (searchable) snapshot: its data is in the snapshot it was mounted from. */
  | { readonly kind: 'searchable'; readonly repository: string; readonly snapshot: string; readonly indexId: string }

/** The metadata of one index in a snapshot. */
export interface IndexMetadata {
  readonly name: string
  /** `index.uuid`; undefined in very old indices. */
  readonly uuid: string | undefined
  readonly open: boolean
  readonly settings: FlatSettings
  /** In the order of the blob; empty when the index has no mapping. */
  readonly mappings: readonly TypeMapping[]
  /** Alias definitions as stored: `filter`, `index_routing`, `search_routing`, `is_write_index`, `is_hidden`. */
  readonly aliases: ReadonlyMap<string, JsonObject>
  readonly numberOfShards: number
  /** Routing factor, 5.0 and later. */
  readonly routingNumShards: number | undefined
  readonly routingPartitionSize: number
  /** The version that created the index. */
  readonly createdVersion: VersionId | undefined
  readonly kind: IndexKind
  /** True when the cluster keeps the segments in a remote store (OpenSearch). */
  readonly remoteStore: boolean
}

/** More shards than this no product allows an index to have. */
const MAX_SHARDS = 65_536

/**
 * Reads the parsed metadata blob of the index `name`; `BLOB_CORRUPT` when a mandatory member is missing or the blob is of
 * another index. The mapping of a source-only snapshot is the original one, which it keeps in `_meta`.
 *
 * Source: Elasticsearch `IndexMetadata.Builder.toXContent`.
 */
export function parseIndexMetadata(json: JsonValue, name: string, subject: string): IndexMetadata {
  const root = new MetadataFields(unpackValues(json, subject), subject)
  const fields = root.object(name)
  const settings = flatSettings(fields.object('settings'))
  const kind = kindOf(settings)
  const mappings = typeMappings(fields)
  return {
    name,
    uuid: settingText(settings, 'index.uuid'),
    open: fields.optionalString('state') !== 'close',
    settings,
    mappings: kind.kind === 'source-only' ? mappings.map(originalMapping) : mappings,
    aliases: new Map((fields.optionalObject('aliases')?.objectEntries() ?? []).map(([alias, at]) => [alias, at.value])),
    numberOfShards: shardCount(settings, fields),
    routingNumShards: fields.optionalCount('routing_num_shards'),
    routingPartitionSize: Number(settingText(settings, 'index.routing_partition_size') ?? '1'),
    createdVersion: versionOf(settingText(settings, 'index.version.created')),
    kind,
    remoteStore: settingText(settings, 'index.remote_store.enabled') === 'true',
  }
}

/** Mappings are a list of `{type: mapping}`; one object of several types is accepted as well. */
function typeMappings(fields: MetadataFields): TypeMapping[] {
  const list = Array.isArray(fields.get('mappings')) ? fields.objects('mappings') : [fields.optionalObject('mappings')]
  return list.flatMap((element) =>
    (element?.objectEntries() ?? []).map(([type, mapping]) => ({ type, mapping: mapping.value })),
  )
}

/** `_meta` still has its type level. */
function originalMapping({ type, mapping }: TypeMapping): TypeMapping {
  const meta = mapping['_meta']
  if (!isJsonObject(meta)) return { type, mapping }
  const inner = meta[type]
  return { type, mapping: isJsonObject(inner) ? inner : meta }
}

function kindOf(settings: FlatSettings): IndexKind {
  const text = (name: string): string => settingText(settings, name) ?? 'unknown'
  if (settingText(settings, 'index.source_only') === 'true') return { kind: 'source-only' }
  switch (settingText(settings, 'index.store.type')) {
    case 'snapshot':
      return {
        kind: 'searchable',
        repository: text('index.store.snapshot.repository_name'),
        snapshot: text('index.store.snapshot.snapshot_name'),
        indexId: text('index.store.snapshot.index_uuid'),
      }
    case 'remote_snapshot':
      return {
        kind: 'searchable',
        repository: text('index.searchable_snapshot.repository'),
        snapshot: text('index.searchable_snapshot.snapshot_id.name'),
        indexId: text('index.searchable_snapshot.index.id'),
      }
    default:
      return { kind: 'full' }
  }
}

function shardCount(settings: FlatSettings, fields: MetadataFields): number {
  const text = settingText(settings, 'index.number_of_shards')
  const count = Number(text)
  if (text !== undefined && Number.isInteger(count) && count >= 1 && count <= MAX_SHARDS) return count
  throw fields.corrupt(`index.number_of_shards is ${text ?? 'missing'}`)
}

function versionOf(text: string | undefined): VersionId | undefined {
  return text === undefined ? undefined : decodeVersionId(Number(text))
}
