import type { Random } from '../../../src/core/random.ts'
import { Failure } from '../../../src/core/failure.ts'
import type { WorkDocument } from '../../../src/coordination/work-document.ts'
import type { Guard, Lease, Stored, WorkIndex } from '../../../src/coordination/work-index.ts'
import type { WorkSummary } from '../../../src/coordination/work-store.ts'
import type { MachineClock, SimulatedTime } from './simulated-time.ts'

/** How bad a network is: chances of a call in [0, 1), milliseconds. */
export interface Weather {
  readonly latencyMs: { readonly from: number; readonly to: number }
  /** The call never gets there. */
  readonly lostRequests: number
  /** The call is carried out and its answer never comes back. */
  readonly lostAnswers: number
  /** The client repeats the call after it was carried out, and sees the answer to the repetition only. */
  readonly repeated: number
}

/** The work index as a process on a machine far away sees it. */
export class SimulatedNetwork implements WorkIndex {
  readonly #index: WorkIndex
  readonly #time: SimulatedTime
  readonly #clock: MachineClock
  readonly #random: Random
  readonly #weather: Weather
  /** Calls that got there, of every kind. */
  readonly #count: (call: string) => void

  constructor(
    index: WorkIndex,
    time: SimulatedTime,
    clock: MachineClock,
    random: Random,
    weather: Weather,
    count: (call: string) => void,
  ) {
    this.#index = index
    this.#time = time
    this.#clock = clock
    this.#random = random
    this.#weather = weather
    this.#count = count
  }

  open(): Promise<void> {
    return this.#call('open', () => this.#index.open())
  }

  add(documents: readonly WorkDocument[]): Promise<void> {
    return this.#call('add', () => this.#index.add(documents))
  }

  get(step: string, item: string): Promise<Stored | undefined> {
    return this.#call('get', () => this.#index.get(step, item))
  }

  put(document: WorkDocument, guard: Guard): Promise<Guard | 'conflict'> {
    return this.#call('put', () => this.#index.put(document, guard))
  }

  search(step: string, state: WorkDocument['state'], from: number, size: number): Promise<readonly Stored[]> {
    return this.#call('search', () => this.#index.search(step, state, from, size))
  }

  leases(step: string, size: number): Promise<readonly Lease[]> {
    return this.#call('leases', () => this.#index.leases(step, size))
  }

  page(step: string, after: string | undefined, size: number): Promise<readonly WorkDocument[]> {
    return this.#call('page', () => this.#index.page(step, after, size))
  }

  totals(step: string): Promise<WorkSummary> {
    return this.#call('totals', () => this.#index.totals(step))
  }

  refresh(): Promise<void> {
    return this.#call('refresh', () => this.#index.refresh())
  }

  async #call<T>(name: string, carryOut: () => Promise<T>): Promise<T> {
    const { lostRequests, lostAnswers, repeated } = this.#weather
    await this.#way()
    // A process that died has still sent what it had sent; one that is dead sends nothing.
    if (this.#random.next() < lostRequests) throw lost(name)
    this.#count(name)
    let answer = await carryOut()
    if (this.#random.next() < lostAnswers) {
      await this.#way()
      throw lost(name)
    }
    if (this.#random.next() < repeated) {
      await this.#way()
      this.#count(name)
      answer = await carryOut()
    }
    await this.#way()
    return answer
  }

  async #way(): Promise<void> {
    const { from, to } = this.#weather.latencyMs
    await this.#time.wait(from + this.#random.next() * (to - from))
    await this.#clock.alive()
  }
}

function lost(call: string): Failure {
  return new Failure('CLUSTER_UNREACHABLE', 'no answer', { op: 'send', subject: call, retryable: true })
}
