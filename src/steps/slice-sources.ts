import { openRepository } from '../repository/open.ts'
import type { ShardSnapshot } from '../repository/shard-snapshot.ts'
import type { Snapshot } from '../repository/snapshot.ts'
import { Failure } from '../core/failure.ts'
import { readCommit, type Commit } from '../lucene/commit.ts'
import type { RebuiltIndex } from '../source/rebuild/rebuilder.ts'
import type { AddedValues } from '../source/added-values.ts'
import { JoinValues } from '../source/join-values.ts'
import { openSegmentSource, type SegmentSource } from '../source/segment-source.ts'
import { TimeValues } from '../source/time-values.ts'
import { typeOfDocuments } from '../source/document-type.ts'
import type { RepositoryLocation } from '../blob/location.ts'
import { TIME_NAMES } from '../metadata/time-fields.ts'
import type { Delivery, SliceRef } from '../coordination/work-store.ts'

/** Segments that stay open; slices of one segment usually follow each other. */
const KEPT_SEGMENTS = 4
const KEPT_SHARDS = 16

/** A slice, opened for reading. */
export interface OpenSlice {
  readonly source: SegmentSource
  /** Mapping type that all documents of the index have; undefined when they store their own or have none. */
  readonly indexType: string | undefined
  /** The index, for rebuilding sources that are not stored; undefined where that is out of the question. */
  readonly rebuild?: RebuiltIndex
  /** What documents get beside their source. */
  readonly added?: readonly AddedValues[]
}

interface OpenSegment {
  readonly source: SegmentSource
  readonly added: readonly AddedValues[]
}

interface OpenShard {
  readonly shard: ShardSnapshot
  readonly commit: Commit
  readonly indexType: string | undefined
  readonly index: RebuiltIndex
}

/** Opens slices of one snapshot; what is open already is used again, a bounded number of segments and shards is kept. */
export class SliceSources {
  readonly #snapshot: Snapshot
  readonly #shards = new Map<string, Promise<OpenShard>>()
  readonly #segments = new Map<string, Promise<OpenSegment>>()

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot
  }

  /** Opens the snapshot of that name at a location. Codes as `openRepository`. */
  static async open(location: RepositoryLocation, snapshot: string, signal: AbortSignal): Promise<SliceSources> {
    const repository = await openRepository(location, signal)
    return new SliceSources(await repository.snapshot(snapshot, signal))
  }

  async slice(ref: SliceRef, signal: AbortSignal): Promise<OpenSlice> {
    const { shard, commit, indexType, index } = await keep(this.#shards, KEPT_SHARDS, `${ref.shard} ${ref.index}`, () =>
      this.#openShard(ref.index, ref.shard, signal),
    )
    const { source, added } = await keep(
      this.#segments,
      KEPT_SEGMENTS,
      `${ref.shard} ${ref.segment} ${ref.index}`,
      async () => {
        const segment = commit.segments.find((candidate) => candidate.name === ref.segment)
        const opened = segment && (await openSegmentSource(shard.directory, segment, signal))
        if (opened !== undefined)
          return { source: opened, added: await addedValues(opened, index, ref.delivery, signal) }
        throw new Failure('STATE_CORRUPT', `the snapshot has no documents in segment ${ref.segment}`, {
          op: 'open work item of',
          subject: `${ref.index} shard ${ref.shard}`,
          hint: 'The work state belongs to another snapshot; submit again under another name.',
        })
      },
    )
    return { source, indexType, rebuild: index, added }
  }

  async #openShard(index: string, number: number, signal: AbortSignal): Promise<OpenShard> {
    const metadata = await this.#snapshot.index(index, signal)
    const shard = await this.#snapshot.shard(index, number, signal)
    const { settings, mappings, createdVersion } = metadata
    return {
      shard,
      commit: await readCommit(shard.directory, signal),
      indexType: typeOfDocuments(metadata),
      index: { name: index, settings, mappings, createdVersion },
    }
  }
}

/** What documents of a segment get beside their source, for the fields that the delivery names. Codes as `openParents`. */
export async function addedValues(
  source: SegmentSource,
  { mappings }: Pick<RebuiltIndex, 'mappings'>,
  delivery: Delivery | undefined,
  signal: AbortSignal,
): Promise<readonly AddedValues[]> {
  const { joinField, times = {} } = delivery ?? {}
  const join = joinField === undefined ? undefined : await JoinValues.open(source, mappings, joinField, signal)
  const opened = TIME_NAMES.map((from) => {
    const field = times[from]
    return field === undefined ? undefined : TimeValues.open(source, from, field)
  })
  return [join, ...opened].filter((values) => values !== undefined)
}

/** A value of a small cache by least recent use; a failed opening is not kept. */
async function keep<T>(cache: Map<string, Promise<T>>, limit: number, key: string, open: () => Promise<T>): Promise<T> {
  const known = cache.get(key)
  const value = known ?? open()
  cache.delete(key)
  cache.set(key, value)
  for (const oldest of cache.keys()) {
    if (cache.size <= limit) break
    cache.delete(oldest)
  }
  try {
    return await value
  } catch (error) {
    cache.delete(key)
    throw error
  }
}
