import type { RebuiltSources, WorkCounts } from '../coordination/work-store.ts'

/** What happened to the documents of one index. */
export type LoadedIndex = WorkCounts

/** What Restore Documents leaves behind: the account of every document, by index. */
export interface RestoreDocumentsData {
  readonly indices: Readonly<Record<string, LoadedIndex>>
  /** What rebuilt sources are worth, by index; those that store all sources are left out. */
  readonly rebuilt?: Readonly<Record<string, RebuiltSources>>
}
