import { NO_COUNTS, type SliceRef, type WorkItem, type WorkStore } from '../../coordination/work-store.ts'
import type { Clock } from '../../core/clock.ts'
import { isFailure } from '../../core/failure.ts'

/** What loading generation after generation takes. */
export interface GenerationParts {
  /** How many there are; the first is planned before the load begins. */
  readonly count: number
  /** Where the one item lies that stands for them; see {@link generationsItem}. */
  readonly planning: WorkStore
  /** The work items of the load. */
  readonly work: WorkStore
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Writes the work items of a generation. Run again, it adds what is missing. */
  readonly plan: (generation: number) => Promise<void>
  /** Loads work items until none is left. */
  readonly load: () => Promise<void>
}

const PLANNER = 'planner'
/** How often a process that has nothing to load looks whether the next generation is planned. */
const LOOK_MS = 4000

/** The step under which the item of a load's generations lies, beside the items of the load itself. */
export function generationsStep(step: string): string {
  return `${step}/generations`
}

/** The slice of the item whose position is the generation to plan next; whoever holds the item plans it. */
export function generationsItem(): SliceRef {
  return { index: 'generations', shard: 0, segment: '', firstChunk: 0, endChunk: 1, bytes: 0 }
}

/**
 * Loads the indices of data streams one after the other, with many processes: each loads what there is, and when nothing is left
 * one of them plans the next generation while the others wait. Codes as `plan` and `load`.
 */
export async function loadGenerations(parts: GenerationParts): Promise<void> {
  const { planning, clock, signal, load } = parts
  for (;;) {
    await load()
    const item = await planning.claim(PLANNER)
    if (item !== undefined) {
      await planNext(item, parts)
      continue
    }
    const { pending, leased } = (await planning.totals()).items
    if (pending + leased === 0) return load()
    await clock.sleep(LOOK_MS, signal)
  }
}

async function planNext(item: WorkItem, { count, planning, work, plan }: GenerationParts): Promise<void> {
  let next = item.position?.doc ?? 1
  try {
    // The generation before may have been planned since this process looked last.
    const { pending, leased } = (await work.totals()).items
    if (pending + leased === 0) {
      await plan(next)
      next++
      await planning.advance(item.id, PLANNER, { doc: next, checksum: 0 }, NO_COUNTS)
    }
  } finally {
    const done = { kind: 'done', checksum: 0, counts: NO_COUNTS } as const
    await planning.finish(item.id, PLANNER, next < count ? { kind: 'released' } : done).catch(unlessLost)
  }
}

/** Whoever has taken the item over plans on; planning twice adds nothing. */
function unlessLost(error: unknown): void {
  if (!isFailure(error, 'LEASE_LOST')) throw error
}
