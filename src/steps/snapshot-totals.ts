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
