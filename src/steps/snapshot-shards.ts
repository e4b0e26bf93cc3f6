import type { Delivery } from '../coordination/work-store.ts'
import { mapBounded } from '../core/concurrency.ts'
import { targetNames, type PlannedIndex } from '../plan/plan.ts'
import { openRepository } from '../repository/open.ts'
import type { IndexMetadata } from '../repository/index-metadata.ts'
import type { ShardSnapshot } from '../repository/shard-snapshot.ts'
import type { Snapshot } from '../repository/snapshot.ts'
import { deliveryOf } from './delivery.ts'
import type { MigrateMetadataData } from './migrate-metadata.ts'
import { openLocation } from './migration-repository.ts'
import { groupOf, migrationOf, outputOf, snapshotName } from './plan-parts.ts'
import type { RegisterSnapshotData } from './snapshot-totals.ts'
import type { StepContext, StepInput, StepOutput } from './step.ts'

/** Opened side by side, so that the distance to an object store does not add up. */
const AT_ONCE = 8

/** A shard of the snapshot that a group loads. */
export interface GroupShard {
  readonly index: IndexMetadata
  readonly number: number
  /** How its documents get into the target; undefined when they are copied. */
  readonly delivery: Delivery | undefined
  open(signal: AbortSignal): Promise<ShardSnapshot>
}

/**
 * The shards of the indices of a group that are loaded, in the order of the plan, as far as the snapshot has them. Codes as
 * `openRepository`.
 */
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
  const { metadata } = groupOf(input.plan, input.step)
  const shards = await mapBounded(
    loadedIndices(input),
    AT_ONCE,
    async (planned) => {
      const { name } = planned
      const missing = new Set(registered?.indices[name]?.missingShards)
      const index = await snapshot.index(name, context.signal)
      return shardsOf(snapshot, index, deliveryOf(index, planned, metadata)).filter(
        ({ number }) => !missing.has(number),
      )
    },
    context.signal,
  )
  return shards.flat()
}

/**
 * The indices of a group that get documents: all but those that cannot be read and those that the target has refused, whose
 * documents would arrive in mappings that nobody made.
 */
export function loadedIndices(input: StepInput): readonly PlannedIndex[] {
  const refused = refusedNames(outputOf(input, 'migrate-metadata'))
  return groupOf(input.plan, input.step).indices.filter(
    (index) => index.unreadable === undefined && !targetNames(index).some((name) => refused.has(name)),
  )
}

/** Indices and data streams that Migrate Metadata could not create. */
function refusedNames(output: StepOutput | undefined): ReadonlySet<string> {
  // Written by Migrate Metadata of this same program.
  const { objects } = (output?.data ?? { objects: [] }) as Pick<MigrateMetadataData, 'objects'>
  const refused = objects.filter(
    ({ kind, outcome }) => outcome === 'refused' && (kind === 'index' || kind === 'data stream'),
  )
  return new Set(refused.map(({ name }) => name))
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
export function shardsOf(snapshot: Snapshot, index: IndexMetadata, delivery?: Delivery): GroupShard[] {
  return Array.from({ length: index.numberOfShards }, (_, number) => ({
    index,
    number,
    delivery,
    open: (signal) => snapshot.shard(index.name, number, signal),
  }))
}
