import type { WorkSummary } from '../../coordination/work-store.ts'

/** Bytes of stored-fields files that are worth a pod: with less, a pod takes longer to start than others take to load them. */
const POD_BYTES = 128 * 1024 * 1024

/** What bounds the number of pods. */
export interface WorkerBounds {
  /** Pods of the whole run. */
  readonly parallelism: number
  /** Pods that the configuration wants for this group, whatever it has to load. */
  readonly wanted: number | undefined
  /** Bytes of what will be planned only when all that is planned now is loaded; 0 when nothing will. */
  readonly later: number
}

/** Pods that load the items which are left: at least 1, so that somebody finds that nothing is left. */
export function workerCount({ items, bytes }: WorkSummary, { parallelism, wanted, later }: WorkerBounds): number {
  const worth = wanted ?? Math.ceil(Math.max(bytes.total - bytes.done, later) / POD_BYTES)
  const slices = later === 0 ? items.pending + items.leased : Infinity
  return Math.max(1, Math.min(worth, slices, parallelism))
}
