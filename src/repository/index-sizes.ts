import { mapBounded } from '../core/concurrency.ts'
import { isFailure } from '../core/failure.ts'
import type { IndexMetadata } from './index-metadata.ts'
import type { ShardFiles } from './shard-files.ts'

const READS_AT_ONCE = 16

/** What one index takes in a snapshot. */
export interface IndexSize {
  readonly indexName: string
  readonly bytes: number
  readonly fileCount: number
  /** One entry a shard; undefined for shards that are missing from an incomplete snapshot. */
  readonly shards: readonly ({ readonly bytes: number; readonly fileCount: number } | undefined)[]
}

/** An index and how many shards it has, as its metadata says. */
export type SizedIndex = Pick<IndexMetadata, 'name' | 'numberOfShards'>

/** Reads the file list of one shard. */
type ReadShard = (indexName: string, shard: number, signal: AbortSignal) => Promise<ShardFiles>

/**
 * The sizes of several indices. Their shards go through one bounded pool, so that an index of many shards is not read one
 * by one. Shards that are `SNAPSHOT_INCOMPLETE` count as missing; every other failure is thrown.
 */
export async function sizesOf(
  indices: readonly SizedIndex[],
  shard: ReadShard,
  signal: AbortSignal,
): Promise<IndexSize[]> {
  const all = indices.flatMap(({ name, numberOfShards }) =>
    Array.from({ length: numberOfShards }, (_, number) => ({ name, number })),
  )
  const sizes = await mapBounded(
    all,
    READS_AT_ONCE,
    ({ name, number }) => sizeOfShard(shard, name, number, signal),
    signal,
  )
  let next = 0
  return indices.map(({ name, numberOfShards }) => {
    const shards = sizes.slice(next, (next += numberOfShards))
    const present = shards.filter((size) => size !== undefined)
    return {
      indexName: name,
      shards,
      bytes: present.reduce((sum, size) => sum + size.bytes, 0),
      fileCount: present.reduce((sum, size) => sum + size.fileCount, 0),
    }
  })
}

async function sizeOfShard(
  shard: ReadShard,
  indexName: string,
  number: number,
  signal: AbortSignal,
): Promise<IndexSize['shards'][number]> {
  try {
    const { totalBytes, files } = await shard(indexName, number, signal)
    return { bytes: totalBytes, fileCount: files.length }
  } catch (error) {
    if (isFailure(error, 'SNAPSHOT_INCOMPLETE')) return undefined
    throw error
  }
}
