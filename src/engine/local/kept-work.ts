import type { WorkEvent } from '../../coordination/work-events.ts'

/**
 * The work events of a run that a work store can be built from again: what was planned, and the last event of each item. Memory
 * does not grow with the bulks that were sent, nor with steps that are over.
 */
export class KeptWork {
  readonly #steps = new Map<string, { readonly planned: WorkEvent[]; readonly last: Map<string, WorkEvent> }>()

  add(event: WorkEvent): void {
    let step = this.#steps.get(event.step)
    if (step === undefined) this.#steps.set(event.step, (step = { planned: [], last: new Map() }))
    if (event.type === 'work-planned') step.planned.push(event)
    // Failures of an earlier runner are not held against an item.
    else if (event.type !== 'work-failed') step.last.set(event.item, event)
  }

  /** The step has ended, and nobody asks for its items again. */
  forget(step: string): void {
    this.#steps.delete(step)
  }

  /** Events of a step, in an order in which a work store takes them. */
  *of(step: string): Generator<WorkEvent> {
    const kept = this.#steps.get(step)
    if (kept === undefined) return
    yield* kept.planned
    yield* kept.last.values()
  }
}
