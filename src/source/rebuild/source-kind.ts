import { isJsonObject, type JsonObject, type JsonValue } from '../../codec/json-value.ts'
import { settingText } from '../../repository/flat-settings.ts'
import { isOff, isOn } from './mapping-flag.ts'
import { isFiltered } from './source-filter.ts'
import type { IndexMetadata } from '../../repository/index-metadata.ts'

/**
 * How an index keeps the sources of its documents: as they were sent, in part, not at all, or not at all because the server
 * rebuilds them itself.
 */
export type SourceKind = 'stored' | 'filtered' | 'disabled' | 'synthetic'

/** What the metadata of an index says about the sources of its documents. */
export interface SourceKeeping {
  readonly kind: SourceKind
  /** True when vectors are taken out of stored sources, the default since Elasticsearch 9.2. */
  readonly withoutVectors: boolean
}

/** Index versions from which vectors are left out of sources unless a setting says otherwise. */
const WITHOUT_VECTORS_SINCE = 9_035_000
/** Field types whose values are left out then. */
const VECTOR_TYPES: ReadonlySet<string> = new Set(['dense_vector', 'rank_vectors', 'sparse_vector'])

/** How an index keeps its sources, from settings and mappings. */
export function sourceKeeping(
  metadata: Pick<IndexMetadata, 'settings' | 'mappings' | 'createdVersion'>,
): SourceKeeping {
  const kind = kindOf(metadata)
  const withoutVectors =
    (kind === 'stored' || kind === 'filtered') &&
    leavesVectorsOut(metadata) &&
    metadata.mappings.some(({ mapping }) => hasVectors(mapping))
  return { kind, withoutVectors }
}

/** True when the tokens of a `sparse_vector` are kept by document: where it is stored, the default where vectors are left out. */
export function storesSparseVectors(
  field: JsonObject,
  metadata: Pick<IndexMetadata, 'settings' | 'createdVersion'>,
): boolean {
  return isOn(field, 'store') || (!isOff(field, 'store') && leavesVectorsOut(metadata))
}

function leavesVectorsOut({
  settings,
  createdVersion: created,
}: Pick<IndexMetadata, 'settings' | 'createdVersion'>): boolean {
  return (
    created?.distribution === 'elasticsearch' &&
    created.id >= WITHOUT_VECTORS_SINCE &&
    settingText(settings, 'index.mapping.exclude_source_vectors') !== 'false'
  )
}

/** True for a field that is left out of sources without vectors: a vector, unless it is a sparse one that is not stored. */
export function isLeftOutVector(field: JsonObject): boolean {
  const { type } = field
  if (typeof type !== 'string' || !VECTOR_TYPES.has(type)) return false
  return type !== 'sparse_vector' || !isOff(field, 'store')
}

function kindOf({ settings, mappings }: Pick<IndexMetadata, 'settings' | 'mappings'>): SourceKind {
  const mode = settingText(settings, 'index.mapping.source.mode')?.toLowerCase()
  const sources = mappings.map(({ mapping }) => sourceOptions(mapping))
  const modes = new Set([mode, ...sources.map((source) => source['mode'])])
  if (modes.has('disabled') || sources.some((source) => isOff(source, 'enabled'))) return 'disabled'
  if (modes.has('synthetic') || isDerived(settings)) return 'synthetic'
  const indexMode = settingText(settings, 'index.mode')?.toLowerCase()
  if (!modes.has('stored') && (indexMode === 'logsdb' || indexMode === 'time_series')) return 'synthetic'
  return mappings.some(({ mapping }) => isFiltered(mapping)) ? 'filtered' : 'stored'
}

/** True when the server makes sources of columns and stored fields as OpenSearch does since 3.2, where that is asked for. */
export function isDerived(settings: IndexMetadata['settings']): boolean {
  return settingText(settings, 'index.derived_source.enabled') === 'true'
}

/**
 * True when the copy of a source that a server keeps for its recovery is the whole of what was sent: OpenSearch can leave
 * fields out of it.
 */
export function keepsWholeRecoveryCopies({ mappings }: Pick<IndexMetadata, 'mappings'>): boolean {
  return mappings.every(({ mapping }) => {
    const source = sourceOptions(mapping)
    return source['recovery_source_includes'] === undefined && source['recovery_source_excludes'] === undefined
  })
}

function sourceOptions(mapping: JsonObject): JsonObject {
  const source = mapping['_source']
  return isJsonObject(source) ? source : {}
}

function hasVectors(mapping: JsonValue): boolean {
  if (!isJsonObject(mapping)) return false
  if (isLeftOutVector(mapping)) return true
  return Object.values(mapping).some(hasVectors)
}
