import { Readable } from 'node:stream'
import { LocalWorkStore } from '../../../src/coordination/local-work-store.ts'
import { openBulkLoader } from '../../../src/cluster/bulk-loader.ts'
import { AdaptiveLimit } from '../../../src/cluster/concurrency.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { systemRandom } from '../../../src/core/random.ts'
import type { Plan, PlannedCluster, PlannedMigration, PlannedStep, StepKind } from '../../../src/plan/plan.ts'
import { connectClusters, type Clusters } from '../../../src/steps/clusters.ts'
import { loadSlice } from '../../../src/steps/load-slice.ts'
import { openLocation } from '../../../src/steps/migration-repository.ts'
import type { RejectRecord } from '../../../src/steps/reject-record.ts'
import { SliceSources } from '../../../src/steps/slice-sources.ts'
import type { RecordedChange, Step, StepContext, StepInput, StepOutput, StepProgress } from '../../../src/steps/step.ts'
import type { ServerHandle } from '../boot.ts'

/** The plan of one migration of one group between two booted servers. */
export function planOf(source: ServerHandle, target: ServerHandle, migration: Partial<PlannedMigration>): Plan {
  const cluster = ({ url, distribution, version }: ServerHandle): PlannedCluster => ({
    endpoint: url,
    distribution,
    version,
    auth: { kind: 'none' },
    tls: { verify: true },
  })
  const step = (kind: StepKind): PlannedStep => ({
    id: `m1g1/${kind}`,
    kind,
    title: kind,
    dependsOn: [],
    migration: 'm1',
    group: 'm1g1',
  })
  return {
    schemaVersion: 1,
    configDigest: '0'.repeat(64),
    sources: { source: cluster(source) },
    targets: { target: cluster(target) },
    migrations: [
      {
        id: 'm1',
        source: 'source',
        target: 'target',
        repository: { name: 'moving', register: true, type: 'fs', uri: source.repositoryFolder },
        snapshot: { create: true, indices: [], includeGlobalState: true, partial: 'fail' },
        groups: [],
        ...migration,
      },
    ],
    steps: [
      ...(['create-snapshot', 'register-snapshot', 'restore-documents', 'verify'] as const).map(step),
      { id: 'cleanup', kind: 'cleanup', title: 'Cleanup', dependsOn: [] },
    ],
    parallelism: 2,
    cleanup: { snapshot: true, repository: true, workState: false },
    warnings: [],
  }
}

/** What an engine keeps between steps, in memory; loads work items one after the other on this thread. */
export class StepWorld {
  readonly changes = new Map<string, RecordedChange>()
  readonly outputs = new Map<string, StepOutput>()
  readonly rejects: RejectRecord[] = []
  readonly progress: StepProgress[] = []
  readonly clusters: Clusters
  /** Called before each work item is loaded. */
  beforeItem: () => Promise<void> = () => Promise.resolve()
  /** Called when a step reports progress. */
  onProgress: (progress: StepProgress) => void = () => undefined
  readonly #plan: Plan
  readonly #signal = new AbortController().signal
  readonly #stores = new Map<string, LocalWorkStore>()

  constructor(plan: Plan) {
    this.#plan = plan
    const noSecrets = (): Promise<never> => Promise.reject(new Error('no secrets here'))
    this.clusters = connectClusters(plan, noSecrets, systemClock, systemRandom, this.#signal)
  }

  async run(step: Step, kind: StepKind): Promise<StepOutput> {
    const planned = this.#plan.steps.find((candidate) => candidate.kind === kind)!
    const input: StepInput = { plan: this.#plan, step: planned, workflow: 'migration-test', outputs: this.outputs }
    const output = await step(input, this.context(input))
    this.outputs.set(planned.id, output)
    return output
  }

  context(input: StepInput): StepContext {
    const work = this.#stores.get(input.step.id) ?? new LocalWorkStore(input.step.id, [], () => Promise.resolve())
    this.#stores.set(input.step.id, work)
    return {
      clock: systemClock,
      random: systemRandom,
      signal: this.#signal,
      clusters: this.clusters,
      work,
      log: () => undefined,
      progress: (progress) => {
        this.progress.push(progress)
        this.onProgress(progress)
      },
      recordChange: (change) => {
        if (!this.changes.has(change.id)) this.changes.set(change.id, change)
        return Promise.resolve()
      },
      openChanges: () => [...this.changes.values()],
      settleChange: (id) => {
        this.changes.delete(id)
        return Promise.resolve()
      },
      rejects: () => Readable.from(this.rejects),
      loadItems: () => this.#loadItems(work),
    }
  }

  async #loadItems(work: LocalWorkStore): Promise<void> {
    const migration = this.#plan.migrations[0]!
    const location = await openLocation(migration.repository, systemClock, systemRandom)
    const name = migration.snapshot.name ?? 'migration-test-m1'
    const sources = await SliceSources.open(location, name, this.#signal)
    const cluster = await this.clusters.target('target')
    const limit = new AdaptiveLimit({ max: 4 }, systemClock)
    const loader = openBulkLoader(cluster, limit, {}, systemClock, systemRandom)
    const { bulkBytes, bulkDocs, onConflict, transform } = migration.groups[0]!.backfill
    const options = {
      op: onConflict === 'skip' ? 'create' : 'index',
      bulkBytes,
      bulkDocs,
      bodiesInFlight: 2,
      bytesInFlight: 32 * 1024 * 1024,
      typed: false,
      ...(transform === undefined ? {} : { transform }),
    } as const
    for (;;) {
      const item = await work.claim('me')
      if (item === undefined) return
      await this.beforeItem()
      const progress = {
        reject: (records: readonly RejectRecord[]): Promise<void> => {
          this.rejects.push(...records)
          return Promise.resolve()
        },
        advance: (...report: [Parameters<typeof work.advance>[2], Parameters<typeof work.advance>[3]]): Promise<void> =>
          work.advance(item.id, 'me', ...report),
      }
      const slice = await sources.slice(item.slice, this.#signal)
      const { checksum, counts } = await loadSlice(item, slice, loader, options, progress, this.#signal)
      await work.finish(item.id, 'me', { kind: 'done', checksum, counts })
    }
  }
}
