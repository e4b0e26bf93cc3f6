import type { RebuiltSources, SlicePosition, SliceRef, WorkCounts } from './work-store.ts'

/** What a work store writes to a journal; its state is the fold over these. Leases are not written: a new runner owns all. */
export type WorkEvent =
  | { readonly type: 'work-planned'; readonly step: string; readonly slices: readonly SliceRef[] }
  | {
      readonly type: 'work-advanced'
      readonly step: string
      readonly item: string
      readonly position: SlicePosition
      readonly counts: WorkCounts
    }
  | {
      readonly type: 'work-done'
      readonly step: string
      readonly item: string
      readonly checksum: number
      readonly counts: WorkCounts
      readonly rebuilt?: RebuiltSources
    }
  | {
      readonly type: 'work-failed'
      readonly step: string
      readonly item: string
      readonly reason: string
    }
