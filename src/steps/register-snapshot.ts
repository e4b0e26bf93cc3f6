import { mapBounded } from '../core/concurrency.ts'
import { isFailure } from '../core/failure.ts'
import { formatBytes, formatCount } from '../core/units.ts'
import { openRepository } from '../repository/open.ts'
import { requireComplete, type Snapshot } from '../repository/snapshot.ts'
import { countDocuments, hasNestedObjects } from '../source/count-documents.ts'
import { openLocation } from './migration-repository.ts'
import { migrationOf, snapshotName } from './plan-parts.ts'
import type { Step } from './step.ts'

const INDICES_AT_ONCE = 4

/** What is in one index of the snapshot. */
export interface IndexTotals {
  readonly documents: number
  readonly bytes: number
  readonly shards: number
  /** Shards that an accepted incomplete snapshot lacks. */
  readonly missingShards: readonly number[]
}

/** What Register Snapshot leaves behind: exact totals by index. */
export interface RegisterSnapshotData {
  readonly snapshot: string
  readonly indices: Readonly<Record<string, IndexTotals>>
}

/**
 * Opens the snapshot from where the workers will read it and proves that the file list and metadata of every shard can be
 * read. `SNAPSHOT_NOT_FOUND`, `SNAPSHOT_INCOMPLETE`, and whatever reading the repository throws. Changes nothing.
 */
export const registerSnapshot: Step = async (input, context) => {
  const migration = migrationOf(input.plan, input.step)
  const location = await openLocation(migration.repository, context.clock, context.random)
  const repository = await openRepository(location, context.signal)
  for (const warning of repository.warnings) context.log('warning', warning)
  const snapshot = await repository.snapshot(snapshotName(input, migration), context.signal)
  if (migration.snapshot.partial === 'fail') requireComplete(snapshot)

  const names = [...new Set(migration.groups.flatMap((group) => group.indices.map((index) => index.name)))]
  let done = 0
  const totals = await mapBounded(
    names,
    INDICES_AT_ONCE,
    async (name) => {
      const result = await totalsOf(snapshot, name, migration.snapshot.partial === 'accept', context.signal)
      context.progress({ message: `${++done} of ${names.length} indices read` })
      return result
    },
    context.signal,
  )
  const indices = Object.fromEntries(names.map((name, n) => [name, totals[n]!]))
  const sum = (key: 'documents' | 'bytes' | 'shards'): number => totals.reduce((total, index) => total + index[key], 0)
  const data: RegisterSnapshotData = { snapshot: snapshot.name, indices }
  return {
    result: 'done',
    summary: `${formatCount(sum('documents'))} documents in ${formatCount(names.length)} indices, ${formatCount(sum('shards'))} shards, ${formatBytes(sum('bytes'))}`,
    data,
  }
}

async function totalsOf(
  snapshot: Snapshot,
  name: string,
  acceptMissing: boolean,
  signal: AbortSignal,
): Promise<IndexTotals> {
  const metadata = await snapshot.index(name, signal)
  const hasNested = metadata.mappings.some(({ mapping }) => hasNestedObjects(mapping))
  let documents = 0
  let bytes = 0
  const missingShards: number[] = []
  for (let number = 0; number < metadata.numberOfShards; number++) {
    try {
      const shard = await snapshot.shard(name, number, signal)
      bytes += shard.totalBytes
      documents += await countDocuments(shard.directory, hasNested, signal)
    } catch (error) {
      if (!acceptMissing || !isFailure(error, 'SNAPSHOT_INCOMPLETE')) throw error
      missingShards.push(number)
    }
  }
  return { documents, bytes, shards: metadata.numberOfShards, missingShards }
}
