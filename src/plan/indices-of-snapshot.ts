import { mapBounded } from '../core/concurrency.ts'
import { once } from '../core/once.ts'
import { isFailure, type Failure } from '../core/failure.ts'
import type { ProductVersion } from '../metadata/version-range.ts'
import type { GlobalMetadata } from '../repository/global-metadata.ts'
import type { IndexMetadata } from '../repository/index-metadata.ts'
import { openRepository } from '../repository/open.ts'
import { requireComplete, type Snapshot } from '../repository/snapshot.ts'
import { countDocuments, hasNestedObjects } from '../source/count-documents.ts'
import type { Offer } from './offer.ts'
import type { PlanQuestions } from './planning.ts'
import type { PlannedIndex, PlannedRepository } from './plan.ts'
import { sourceIndex, versionFromText } from './source-index.ts'

/** Up to this many shards are looked into for their documents and bytes; beyond, Register Snapshot counts them. */
const SHARDS_LOOKED_INTO = 500
const INDICES_AT_ONCE = 8
const METADATA_AT_ONCE = 16

/**
 * The indices of an existing snapshot, read from the repository. `SNAPSHOT_NOT_FOUND`; `SNAPSHOT_INCOMPLETE` when shards are
 * missing and that is not accepted; whatever reading the repository throws.
 */
export async function indicesOfSnapshot(
  wanted: { readonly name: string; readonly partial: 'fail' | 'accept' },
  repository: PlannedRepository,
  questions: Pick<PlanQuestions, 'openLocation'>,
  fallback: ProductVersion,
  signal: AbortSignal,
): Promise<Offer> {
  const opened = await openRepository(await questions.openLocation(repository), signal)
  const snapshot = await opened.snapshot(wanted.name, signal)
  if (wanted.partial === 'fail') requireComplete(snapshot)
  const subject = `snapshot ${snapshot.name} in ${repository.uri}`
  const global = once(() => snapshot.globalMetadata(signal))
  const version = versionFromText(snapshot.distribution, snapshot.version) ?? fallback
  const metadata = new Map<string, IndexMetadata>()
  const unreadable = new Map<string, Failure>()
  // Sizes and definitions are both asked for, and a large snapshot has thousands of blobs of metadata.
  const metadataOf = async (names: readonly string[], at: AbortSignal): Promise<readonly IndexMetadata[]> => {
    const unread = names.filter((name) => !metadata.has(name) && !unreadable.has(name))
    await mapBounded(
      unread,
      METADATA_AT_ONCE,
      async (name) => {
        try {
          metadata.set(name, await snapshot.index(name, at))
        } catch (error) {
          if (!isFailure(error, 'BLOB_CORRUPT', 'BLOB_NOT_FOUND')) throw error
          unreadable.set(name, error)
        }
      },
      at,
    )
    return names.flatMap((name) => metadata.get(name) ?? [])
  }
  return {
    subject,
    snapshot: snapshot.name,
    names: new Set(snapshot.indexNames),
    closed: new Set(),
    dataStreams: await dataStreamsOf(snapshot, global),
    templates: global,
    pipelines: async () => (await global()).ingestPipelines,
    streamAliases: async () =>
      new Map([...(await global()).dataStreamAliases].map(([name, { dataStreams }]) => [name, dataStreams])),
    version,
    definitions: async (names, at) => {
      const found = await metadataOf(names, at)
      return found.map((index) => sourceIndex(index, version))
    },
    describe: async (names, at) => {
      const found = await metadataOf(names, at)
      const shards = found.reduce((sum, index) => sum + index.numberOfShards, 0)
      const readable =
        shards > SHARDS_LOOKED_INTO
          ? found.map(({ name, numberOfShards }) => ({ name, shards: numberOfShards }))
          : await mapBounded(found, INDICES_AT_ONCE, (index) => lookInto(snapshot, index, at), at)
      const known = new Map(readable.map((index) => [index.name, index]))
      const elsewhere = found.flatMap((index) => (index.kind.kind === 'searchable' ? [index.name] : []))
      return {
        indices: names.map((name) => {
          const reason = unreadable.get(name)?.message
          return reason === undefined ? known.get(name)! : { name, shards: 0, unreadable: reason }
        }),
        unreadable,
        warnings: [
          ...opened.warnings.map((warning) => `repository ${repository.uri}: ${warning}`),
          ...elsewhere.map((name) => `index ${name} of ${subject} is a mounted snapshot; its data lies elsewhere`),
        ],
      }
    },
  }
}

/** The data streams of a snapshot, from its global metadata; when that is damaged, from the names of indices. */
async function dataStreamsOf(snapshot: Snapshot, global: () => Promise<GlobalMetadata>): Promise<Offer['dataStreams']> {
  if (snapshot.dataStreams.length === 0) return []
  let known: GlobalMetadata['dataStreams'] = new Map()
  try {
    known = (await global()).dataStreams
  } catch (error) {
    if (!isFailure(error, 'BLOB_CORRUPT', 'BLOB_NOT_FOUND')) throw error
  }
  const all = new Set(snapshot.indexNames)
  return snapshot.dataStreams.map((name) => {
    const prefix = `.ds-${name}-`
    const generation = /^(\d{4}\.\d{2}\.\d{2}-)?\d{6,}$/
    const named = snapshot.indexNames.filter(
      (index) => index.startsWith(prefix) && generation.test(index.slice(prefix.length)),
    )
    const listed = known.get(name)?.backingIndices.filter((index) => all.has(index))
    return { name, indices: listed ?? named.sort() }
  })
}

/** Exact numbers of one index; without documents where a shard is missing or cannot be counted. */
async function lookInto(snapshot: Snapshot, index: IndexMetadata, signal: AbortSignal): Promise<PlannedIndex> {
  const { name, numberOfShards } = index
  const hasNested = index.mappings.some(({ mapping }) => hasNestedObjects(mapping))
  let documents = 0
  let bytes = 0
  for (let number = 0; number < numberOfShards; number++) {
    try {
      const shard = await snapshot.shard(name, number, signal)
      bytes += shard.totalBytes
      documents += await countDocuments(shard.directory, hasNested, signal)
    } catch (error) {
      if (!isFailure(error, 'SNAPSHOT_INCOMPLETE', 'FORMAT_UNSUPPORTED')) throw error
      return { name, shards: numberOfShards }
    }
  }
  return { name, shards: numberOfShards, documents, bytes }
}
