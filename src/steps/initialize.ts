import type { Cluster } from '../cluster/cluster.ts'
import { countDocuments, indexExists, refresh } from '../cluster/indices.ts'
import { mapBounded } from '../core/concurrency.ts'
import { Failure } from '../core/failure.ts'
import { counted } from '../core/units.ts'
import { targetNames, type DoneBefore } from '../plan/plan.ts'
import { openRepository } from '../repository/open.ts'
import { openLocation } from './migration-repository.ts'
import type { Step } from './step.ts'

/** What Initialize leaves behind. */
export interface InitializeData {
  /** Documents that target indices and data streams held before the run, by target cluster and index; only those that held any. */
  readonly existing: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/**
 * Proves that everything the run needs can be reached before anything is changed: both sides of every migration, still of the
 * versions the plan was made for, the repositories of existing snapshots, and the documents of groups that are skipped because
 * an earlier run has loaded them (`VERIFY_DIFFERENCES`). Changes nothing.
 */
export const initialize: Step = async ({ plan }, context) => {
  for (const [name, planned] of Object.entries(plan.sources)) {
    requireVersion(`source ${name}`, planned, await context.clusters.source(name))
  }
  for (const [name, planned] of Object.entries(plan.targets)) {
    requireVersion(`target ${name}`, planned, await context.clusters.target(name))
  }
  const existing: Record<string, Record<string, number>> = {}
  for (const migration of plan.migrations) {
    if (!migration.snapshot.create) {
      const location = await openLocation(migration.repository, context.clock, context.random)
      const repository = await openRepository(location, context.signal)
      await repository.snapshot(migration.snapshot.name, context.signal)
    }
    const target = await context.clusters.target(migration.target)
    for (const { doneBefore } of migration.groups) {
      if (doneBefore !== undefined) await requireStillThere(doneBefore, migration.target, target, context.signal)
    }
    const loaded = migration.groups.filter((group) => group.backfill.enabled).flatMap((group) => group.indices)
    const names = [...new Set(loaded.flatMap(targetNames))]
    const counts = await mapBounded(
      names,
      8,
      async (name) => {
        if (!(await indexExists(target, name, context.signal))) return 0
        await refresh(target, name, context.signal)
        return countDocuments(target, name, context.signal)
      },
      context.signal,
    )
    const held = (existing[migration.target] ??= {})
    for (const [n, name] of names.entries()) if (counts[n]! > 0) held[name] = counts[n]!
  }
  const clusters = Object.keys(plan.sources).length + Object.keys(plan.targets).length
  const data: InitializeData = { existing }
  return { result: 'done', summary: `${counted(clusters, 'cluster')} reached, all as the plan expects them`, data }
}

/** A skipped group counts as done, so the target has to hold what was loaded, or more. */
async function requireStillThere(
  { workflow, indices }: DoneBefore,
  name: string,
  target: Cluster,
  signal: AbortSignal,
): Promise<void> {
  for (const { names, documents } of indices) {
    let inTarget = 0
    const missing: string[] = []
    for (const index of names) {
      if (await indexExists(target, index, signal)) {
        await refresh(target, index, signal)
        inTarget += await countDocuments(target, index, signal)
      } else if (documents === 0 || names.length === 1) missing.push(index)
    }
    if (missing.length === 0 && inTarget >= documents) continue
    const held = missing.length > 0 ? 'it is gone' : `it has ${counted(inTarget, 'document')}`
    throw new Failure('VERIFY_DIFFERENCES', `${held}, ${workflow} loaded ${documents}`, {
      op: 'find what an earlier workflow has loaded in',
      subject: `${names.join(', ')} on target ${name}`,
      hint: 'Submit with --fresh to load everything again; what is left on the target is treated as metadataMigration.existingIndex says.',
    })
  }
}

function requireVersion(
  subject: string,
  planned: { readonly distribution: string; readonly version: string; readonly endpoint: string },
  cluster: { readonly info: { readonly distribution: string; readonly version: { readonly text: string } } },
): void {
  const { distribution, version } = cluster.info
  if (distribution === planned.distribution && version.text === planned.version) return
  const found = `${distribution} ${version.text}`
  throw new Failure(
    'CONFIG_INVALID',
    `it is ${found} now, the plan was made for ${planned.distribution} ${planned.version}`,
    {
      op: 'check',
      subject: `${subject} at ${planned.endpoint}`,
      hint: 'Submit again, so that a new plan is made.',
    },
  )
}
