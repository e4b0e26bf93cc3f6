import { mapBounded } from '../core/concurrency.ts'
import { openRepository } from '../repository/open.ts'
import type { IndexMetadata } from '../repository/index-metadata.ts'
import type { ShardSnapshot } from '../repository/shard-snapshot.ts'
import type { Snapshot } from '../repository/snapshot.ts'
import { openLocation } from './migration-repository.ts'
import { groupOf, migrationOf, outputOf, snapshotName } from './plan-parts.ts'
import type { RegisterSnapshotData } from './snapshot-totals.ts'
import type { StepContext, StepInput } from './step.ts'

/** Opened side by side, so that the distance to an object store does not add up. */
const AT_ONCE = 8

/** A shard of the snapshot that a group loads. */
export interface GroupShard {
  readonly index: IndexMetadata
  readonly number: number
  open(signal: AbortSignal): Promise<ShardSnapshot>
}

/** The shards of all indices of a group that the snapshot has, in the order of the plan. Codes as `openRepository`. */
export async function groupShards(
  input: StepInput,
  context: Pick<StepContext, 'clock' | 'random' | 'signal'>,
): Promise<GroupShard[]> {
  const migration = migrationOf(input.plan, input.step)
  const location = await openLocation(migration.repository, context.clock, context.random)
  const repository = await openRepository(location, context.signal)
  const snapshot = await repository.snapshot(snapshotName(input, migration), context.signal)
  // Written by Register Snapshot of this same program.
  const registered = outputOf(input, 'register-snapshot')?.data as RegisterSnapshotData | undefined
  const { indices } = groupOf(input.plan, input.step)
  const shards = await mapBounded(
    indices,
    AT_ONCE,
    async ({ name }) => {
      const missing = new Set(registered?.indices[name]?.missingShards)
      return shardsOf(snapshot, await snapshot.index(name, context.signal)).filter(({ number }) => !missing.has(number))
    },
    context.signal,
  )
  return shards.flat()
}

/** Opens shards, several at a time, and does `work` with each. */
export async function forEachShard(
  shards: readonly GroupShard[],
  work: (shard: ShardSnapshot, of: GroupShard) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await mapBounded(shards, AT_ONCE, async (shard) => work(await shard.open(signal), shard), signal)
}

/** Every shard of an index, whether the snapshot has it or not. */
export function shardsOf(snapshot: Snapshot, index: IndexMetadata): GroupShard[] {
  return Array.from({ length: index.numberOfShards }, (_, number) => ({
    index,
    number,
    open: (signal) => snapshot.shard(index.name, number, signal),
  }))
}
