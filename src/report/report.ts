import type { RebuiltSources } from '../coordination/work-store.ts'
import { addRebuilt } from '../steps/rebuilt-sources.ts'
import type { MigrateMetadataData } from '../steps/migrate-metadata.ts'
import type { RestoreDocumentsData } from '../steps/restore-documents.ts'
import type { VerifyData } from '../steps/verify.ts'
import { metadataAccount, type MetadataAccount } from './metadata-account.ts'
import type { RunPhase, RunView, StepPhase } from './run-view.ts'

/** The account of a run: JSON of `workflow report`, fields are only ever added. */
export interface Report {
  readonly schemaVersion: 1
  readonly name: string
  readonly phase: RunPhase
  readonly submittedAt: string
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly message?: string
  readonly totals: DocumentTotals
  /** By name. */
  readonly indices: readonly IndexReport[]
  readonly differences: readonly { readonly index: string; readonly what: string }[]
  /** Every object of metadata with all that was changed, dropped or approximated; absent when none was migrated. */
  readonly metadata?: MetadataAccount
  readonly steps: readonly StepReport[]
}

/** What became of documents. `read` is the sum of the next four. */
export interface DocumentTotals {
  readonly read: number
  readonly acknowledged: number
  readonly rejected: number
  readonly skipped: number
  readonly sourceless: number
  /** Source bytes of acknowledged documents. */
  readonly bytes: number
}

/** What became of the documents of one index. */
export interface IndexReport extends DocumentTotals {
  readonly name: string
  /** What rebuilt sources are worth; absent when every source was stored. */
  readonly rebuilt?: RebuiltSources
}

/** One step of the account. */
export interface StepReport {
  readonly id: string
  readonly title: string
  readonly phase: StepPhase
  readonly seconds?: number
  readonly summary?: string
  readonly failure?: { readonly code: string; readonly message: string; readonly hint?: string }
}

/** Draws up the account of a run from its view; pure. */
export function makeReport(view: RunView): Report {
  const indices = new Map<string, DocumentTotals>()
  const rebuilt = new Map<string, RebuiltSources>()
  const differences: { index: string; what: string }[] = []
  const migrated: MigrateMetadataData[] = []
  for (const { kind, data } of view.steps) {
    // Written by the steps of this same program; absent until they ended.
    if (data === undefined) continue
    if (kind === 'restore-documents') {
      const loaded = data as RestoreDocumentsData
      for (const [name, counts] of Object.entries(loaded.indices)) {
        indices.set(name, add(indices.get(name) ?? NOTHING, counts))
      }
      for (const [name, more] of Object.entries(loaded.rebuilt ?? {})) {
        const known = rebuilt.get(name)
        rebuilt.set(name, (known && addRebuilt([known, more])) ?? more)
      }
    } else if (kind === 'verify') differences.push(...(data as VerifyData).differences)
    else if (kind === 'migrate-metadata') migrated.push(data as MigrateMetadataData)
  }
  const metadata = metadataAccount(migrated)
  return {
    schemaVersion: 1,
    name: view.name,
    phase: view.phase,
    submittedAt: view.submittedAt,
    ...(view.startedAt === undefined ? {} : { startedAt: view.startedAt }),
    ...(view.finishedAt === undefined ? {} : { finishedAt: view.finishedAt }),
    ...(view.message === undefined ? {} : { message: view.message }),
    totals: [...indices.values()].reduce(add, NOTHING),
    indices: [...indices]
      .map(([name, counts]): IndexReport => {
        const sources = rebuilt.get(name)
        return { name, ...counts, ...(sources === undefined ? {} : { rebuilt: sources }) }
      })
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    differences,
    ...(metadata === undefined ? {} : { metadata }),
    steps: view.steps.map((step) => ({
      id: step.id,
      title: [...step.path, step.title].join(' / '),
      phase: step.phase,
      ...(step.startedAt === undefined || step.finishedAt === undefined
        ? {}
        : { seconds: (Date.parse(step.finishedAt) - Date.parse(step.startedAt)) / 1000 }),
      ...(step.summary === undefined ? {} : { summary: step.summary }),
      ...(step.failure === undefined ? {} : { failure: step.failure }),
    })),
  }
}

const NOTHING: DocumentTotals = { read: 0, acknowledged: 0, rejected: 0, skipped: 0, sourceless: 0, bytes: 0 }

function add(a: DocumentTotals, b: DocumentTotals): DocumentTotals {
  return {
    read: a.read + b.read,
    acknowledged: a.acknowledged + b.acknowledged,
    rejected: a.rejected + b.rejected,
    skipped: a.skipped + b.skipped,
    sourceless: a.sourceless + b.sourceless,
    bytes: a.bytes + b.bytes,
  }
}
