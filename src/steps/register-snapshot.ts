import { mapBounded } from '../core/concurrency.ts'
import { isFailure } from '../core/failure.ts'
import { counted, formatBytes } from '../core/units.ts'
import { openRepository } from '../repository/open.ts'
import { requireComplete } from '../repository/snapshot.ts'
import { countDocuments, hasNestedObjects } from '../source/count-documents.ts'
import { openLocation } from './migration-repository.ts'
import { migrationOf, snapshotName } from './plan-parts.ts'
import { registerOnTarget } from './register-on-target.ts'
import { shardsOf, type GroupShard } from './snapshot-shards.ts'
import type { IndexTotals, RegisterSnapshotData } from './snapshot-totals.ts'
import type { Step } from './step.ts'

/** Side by side, so that the distance to an object store does not add up. */
const AT_ONCE = 8

export type { RegisterSnapshotData } from './snapshot-totals.ts'

/** Totals of an index that cannot be read. */
const NOTHING: IndexTotals = { documents: 0, bytes: 0, shards: 0, missingShards: [] }

interface ShardTotals {
  readonly documents: number
  readonly bytes: number
}

/**
 * Opens the snapshot from where the workers will read it and proves that the file list and metadata of every shard can be
 * read; then registers the repository on the target, read-only, if the plan says so. `SNAPSHOT_NOT_FOUND`,
 * `SNAPSHOT_INCOMPLETE`, codes of `registerOnTarget`, and whatever reading the repository throws.
 */
export const registerSnapshot: Step = async (input, context) => {
  const migration = migrationOf(input.plan, input.step)
  const location = await openLocation(migration.repository, context.clock, context.random)
  const repository = await openRepository(location, context.signal)
  for (const warning of repository.warnings) context.log('warning', warning)
  const snapshot = await repository.snapshot(snapshotName(input, migration), context.signal)
  if (migration.snapshot.partial === 'fail') requireComplete(snapshot)

  const acceptMissing = migration.snapshot.partial === 'accept'
  const due = migration.groups.filter(({ doneBefore }) => doneBefore === undefined)
  const wanted = due.flatMap(({ indices }) => indices)
  const names = [...new Set(wanted.flatMap(({ name, unreadable }) => (unreadable === undefined ? [name] : [])))]
  const without = wanted.flatMap(({ name, unreadable }) => (unreadable === undefined ? [] : [[name, NOTHING] as const]))
  const metadata = await mapBounded(names, AT_ONCE, (name) => snapshot.index(name, context.signal), context.signal)
  const shards = metadata.flatMap((index) => shardsOf(snapshot, index))
  let done = 0
  const found = await mapBounded(
    shards,
    AT_ONCE,
    async (shard) => {
      const totals = await totalsOf(shard, acceptMissing, context.signal)
      context.progress({ message: `${++done} of ${counted(shards.length, 'shard')} read` })
      return { number: shard.number, totals }
    },
    context.signal,
  )
  let next = 0
  const totals = metadata.map(({ numberOfShards }) =>
    addUp(numberOfShards, found.slice(next, (next += numberOfShards))),
  )
  const indices = Object.fromEntries([...names.map((name, n) => [name, totals[n]!] as const), ...without])
  const sum = (key: 'documents' | 'bytes' | 'shards'): number => totals.reduce((total, index) => total + index[key], 0)
  if (migration.repository.registerOnTarget === true) await registerOnTarget(migration, context)
  const data: RegisterSnapshotData = { snapshot: snapshot.name, indices }
  return {
    result: 'done',
    summary: `${counted(sum('documents'), 'document')} in ${counted(names.length, 'index', 'indices')}, ${counted(sum('shards'), 'shard')}, ${formatBytes(sum('bytes'))}`,
    data,
  }
}

/** What is in a shard; undefined when an accepted incomplete snapshot lacks it. */
async function totalsOf(
  shard: GroupShard,
  acceptMissing: boolean,
  signal: AbortSignal,
): Promise<ShardTotals | undefined> {
  try {
    const { directory, totalBytes: bytes } = await shard.open(signal)
    const hasNested = shard.index.mappings.some(({ mapping }) => hasNestedObjects(mapping))
    return { bytes, documents: await countDocuments(directory, hasNested, signal) }
  } catch (error) {
    if (acceptMissing && isFailure(error, 'SNAPSHOT_INCOMPLETE')) return undefined
    throw error
  }
}

function addUp(
  shards: number,
  found: readonly { readonly number: number; readonly totals: ShardTotals | undefined }[],
): IndexTotals {
  const sum = (key: keyof ShardTotals): number => found.reduce((total, { totals }) => total + (totals?.[key] ?? 0), 0)
  const missingShards = found.filter(({ totals }) => totals === undefined).map(({ number }) => number)
  return { documents: sum('documents'), bytes: sum('bytes'), shards, missingShards }
}
