import type { Cluster } from '../cluster/cluster.ts'
import { createRepository, getRepository } from '../cluster/repositories.ts'
import {
  createSnapshot as startSnapshot,
  deleteSnapshot,
  snapshotProgress,
  type SnapshotProgress,
} from '../cluster/snapshots.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { growingPause } from '../core/growing-pause.ts'
import { counted } from '../core/units.ts'
import type { PlannedMigration } from '../plan/plan.ts'
import { migrationOf, snapshotName } from './plan-parts.ts'
import { repositorySettings } from './repository-settings.ts'
import type { Step, StepContext } from './step.ts'

const BUSY_MS = 5000
const MOST_PAUSE_MS = 1000

/** What Create Snapshot leaves behind. */
export interface CreateSnapshotData {
  readonly snapshot: string
}

/**
 * Registers the repository on the source if the plan says so, and takes the snapshot of all indices of the migration. Run
 * again, it goes on waiting for the snapshot it started. `SNAPSHOT_FAILED` with the source's reason.
 */
export const createSnapshot: Step = async (input, context) => {
  const migration = migrationOf(input.plan, input.step)
  if (!migration.snapshot.create) throw new Error(`step ${input.step.id} has no snapshot to create`)
  const source = await context.clusters.source(migration.source)
  const snapshot = snapshotName(input, migration)
  if (migration.repository.register) await register(source, migration, context)

  const earlier = await snapshotProgress(source, migration.repository.name, snapshot, context.signal)
  if (earlier !== undefined && !isOurs(context, migration, snapshot)) throw taken(migration, snapshot)
  if (earlier === undefined) await start(source, migration, snapshot, context)
  else if (isUseless(earlier, migration)) {
    // The snapshot of an attempt before, of use to nobody: what made it fail may have been mended since.
    await deleteSnapshot(source, migration.repository.name, snapshot, context.signal)
    await start(source, migration, snapshot, context)
  }

  const ended = await waitFor(source, migration.repository.name, snapshot, context)
  judge(ended, migration, snapshot)
  const failed = ended.shards.failed === 0 ? '' : `, ${counted(ended.shards.failed, 'shard')} missing`
  const data: CreateSnapshotData = { snapshot }
  return { result: 'done', summary: `snapshot ${snapshot} of ${counted(ended.shards.total, 'shard')}${failed}`, data }
}

async function register(source: Cluster, migration: PlannedMigration, context: StepContext): Promise<void> {
  const { repository } = migration
  const id = `repository:${migration.source}/${repository.name}`
  const isKnown = context.openChanges().some((change) => change.id === id)
  if (!isKnown && (await getRepository(source, repository.name, context.signal)) !== undefined) {
    throw new Failure(
      'CONFIG_INVALID',
      'somebody else has registered a repository of this name since the plan was made',
      {
        op: 'register',
        subject: `repository ${repository.name} on source ${migration.source}`,
        hint: 'Submit again, so that a new plan is made.',
      },
    )
  }
  await context.recordChange({
    id,
    kind: 'repository-registered',
    side: 'source',
    cluster: migration.source,
    subject: repository.name,
  })
  const settings = repositorySettings(migration, source.info)
  await createRepository(source, { name: repository.name, type: repository.type, settings }, context.signal)
  context.log('info', `Registered repository ${repository.name} on source ${migration.source}`)
}

function isOurs(context: StepContext, migration: PlannedMigration, snapshot: string): boolean {
  return context.openChanges().some((change) => change.id === changeId(migration, snapshot))
}

function changeId(migration: PlannedMigration, snapshot: string): string {
  return `snapshot:${migration.source}/${migration.repository.name}/${snapshot}`
}

async function start(
  source: Cluster,
  migration: PlannedMigration,
  snapshot: string,
  context: StepContext,
): Promise<void> {
  const planned = migration.snapshot
  if (!planned.create) return
  await context.recordChange({
    id: changeId(migration, snapshot),
    kind: 'snapshot-created',
    side: 'source',
    cluster: migration.source,
    subject: `${migration.repository.name}/${snapshot}`,
  })
  for (;;) {
    const outcome = await startSnapshot(
      source,
      {
        repository: migration.repository.name,
        snapshot,
        indices: planned.indices,
        includeGlobalState: planned.includeGlobalState,
        partial: planned.partial === 'accept',
      },
      context.signal,
    ).catch((error: unknown) => {
      throw isFailure(error, 'CLUSTER_REFUSED') && error.detail.includes('primary shards')
        ? unavailable(migration, snapshot, error.detail)
        : error
    })
    if (outcome !== 'busy') return
    context.progress({ message: 'waiting for another snapshot of the source to end' })
    await context.clock.sleep(BUSY_MS, context.signal)
  }
}

async function waitFor(
  source: Cluster,
  repository: string,
  snapshot: string,
  context: StepContext,
): Promise<SnapshotProgress> {
  const startedAt = context.clock.monotonic()
  for (;;) {
    const now = await snapshotProgress(source, repository, snapshot, context.signal)
    if (now === undefined) {
      throw new Failure('SNAPSHOT_FAILED', 'it has disappeared', {
        op: 'create snapshot',
        subject: `${repository}/${snapshot}`,
        hint: 'Somebody deleted it, or the source lost it; submit again.',
      })
    }
    if (now.state !== 'IN_PROGRESS' && now.state !== 'STARTED' && now.state !== 'INIT') return now
    context.progress({
      message: `${now.shards.done} of ${counted(now.shards.total, 'shard')}`,
      ...(now.bytes === undefined ? {} : { bytes: now.bytes }),
    })
    const elapsedMs = context.clock.monotonic() - startedAt
    await context.clock.sleep(growingPause(elapsedMs, MOST_PAUSE_MS), context.signal)
  }
}

function isUseless({ state }: SnapshotProgress, migration: PlannedMigration): boolean {
  return state === 'FAILED' || (state === 'PARTIAL' && migration.snapshot.partial === 'fail')
}

function taken(migration: PlannedMigration, snapshot: string): Failure {
  return new Failure('CONFIG_INVALID', 'it exists already, and this workflow did not take it', {
    op: 'create snapshot',
    subject: `${migration.repository.name}/${snapshot}`,
    hint: 'Name it as an existing snapshot in the configuration, or let the new one have another name.',
  })
}

const GREEN_OR_ACCEPT = 'Make every index green or yellow on the source, or set createSnapshot.partial: accept.'

/** The source says so at once when a shard is missing that must not be. */
function unavailable(migration: PlannedMigration, snapshot: string, detail: string): Failure {
  return new Failure('SNAPSHOT_FAILED', detail, {
    op: 'create snapshot',
    subject: `${migration.repository.name}/${snapshot}`,
    hint: GREEN_OR_ACCEPT,
  })
}

function judge(ended: SnapshotProgress, migration: PlannedMigration, snapshot: string): void {
  if (ended.state === 'SUCCESS' || (ended.state === 'PARTIAL' && !isUseless(ended, migration))) return
  const why = ended.failures.map((failure) => `${failure.index}[${failure.shard}]: ${failure.reason}`).slice(0, 5)
  throw new Failure('SNAPSHOT_FAILED', `it ended as ${ended.state}${why.length === 0 ? '' : `: ${why.join('; ')}`}`, {
    op: 'create snapshot',
    subject: `${migration.repository.name}/${snapshot}`,
    hint:
      ended.state === 'PARTIAL'
        ? GREEN_OR_ACCEPT
        : 'Look into the log of the source cluster; the repository must be writable by all of its nodes.',
  })
}
