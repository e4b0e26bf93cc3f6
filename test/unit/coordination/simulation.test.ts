import { expect, test } from 'vitest'
import { crc32 } from 'node:zlib'
import { IndexWorkStore } from '../../../src/coordination/index-work-store.ts'
import { RenewedWork } from '../../../src/coordination/renewed-work.ts'
import { addCounts, NO_COUNTS, type SliceRef, type WorkItem } from '../../../src/coordination/work-store.ts'
import { systemRandom, type Random } from '../../../src/core/random.ts'
import { openLoadPool } from '../../../src/engine/load/load-pool.ts'
import type { FromLoader, ToLoader } from '../../../src/engine/load/load-messages.ts'
import type { LoaderEnded, StartLoader } from '../../../src/engine/load/load-thread.ts'
import { Mailbox } from '../../../src/engine/load/mailbox.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { StepContext, StepInput } from '../../../src/steps/step.ts'
import { loadPlan } from '../engine/load-world.ts'
import { MemoryWorkIndex } from './memory-work-index.ts'
import { seededWorld } from './seeded-world.ts'
import { SimulatedNetwork, type Weather } from './simulated-network.ts'
import { MachineClock, never, SimulatedTime } from './simulated-time.ts'

const SLICES = 10_000
const WORKERS = 100
/** Bodies of a slice, and how long the target takes for one. */
const BULKS = 8
const BULK_DOCS = 100
const BULK_MS = { from: 200, to: 1500 }
const DOCUMENTS = BULKS * BULK_DOCS
/** A process lives this long on average before it is killed; some more end because a call has failed for good. */
const LIFE_MS = 400_000
/** How long it takes until the pod of a process that has ended runs again. */
const RESTART_MS = { from: 5000, to: 60_000 }
/** So many processes stand still when so many slices are done, and then go on. */
const FROZEN = 20
const FREEZE_AT = 0.99 * SLICES
const FREEZE_MS = { from: 40_000, to: 120_000 }
const STEP = 'm1g1/restore-documents'
const HOUR = 3_600_000
const calm = new AbortController().signal

const weather: Weather = {
  latencyMs: { from: 1, to: 60 },
  lostRequests: 0.002,
  lostAnswers: 0.002,
  repeated: 0.002,
}

test('10,000 slices, 100 workers, killed processes, lost answers and wrong clocks: every slice is done exactly once', async () => {
  // Given again, a seed repeats the run.
  const seed = process.env['BACKFILL_SIMULATION_SEED'] ?? systemRandom.hex(4)
  const world = new LoadSimulation(seed)
  await world.run()
  const report = world.report()
  console.log(`simulation with seed ${seed}: ${JSON.stringify(report)}`)

  expect(world.timesDone.size, `seed ${seed}`).toBe(SLICES)
  expect([...world.timesDone.values()].every((times) => times === 1)).toBe(true)
  let counts = NO_COUNTS
  for await (const item of world.observer.items()) {
    expect(item).toMatchObject({ state: 'done', checksum: checksumOf(item.id) })
    counts = addCounts(counts, item.counts)
  }
  expect(counts).toMatchObject({ read: SLICES * DOCUMENTS, acknowledged: SLICES * DOCUMENTS })
  // Every document reached the target: a mask of bodies for each slice has all bits.
  expect(world.sent.size).toBe(SLICES)
  for (const mask of world.sent.values()) expect(mask).toBe(2 ** BULKS - 1)
  // What is sent twice is what a process had not recorded when it was lost: at most some bodies each time.
  expect(report.killed).toBeGreaterThan(10)
  expect(report.takenOver).toBeGreaterThan(0)
  expect(report.sentTwice).toBeGreaterThan(0)
  expect(report.sentTwice).toBeLessThanOrEqual((report.killed + report.ended + report.frozen) * BULKS)
  expect(report.sentTwice).toBeLessThan(0.05 * SLICES * BULKS)
}, 600_000)

/** A target, its work index, and processes that come and go until the load is over. */
class LoadSimulation {
  readonly time = new SimulatedTime()
  /** How often each item was recorded as done. */
  readonly timesDone = new Map<string, number>()
  /** Bodies that the target has, by item, as bits. */
  readonly sent = new Map<string, number>()
  readonly observer: IndexWorkStore
  readonly #random: Random
  readonly #index = new MemoryWorkIndex({ monotonic: () => this.time.now })
  readonly #plan: Plan = loadPlan('http://target', ['i'], { bulkDocs: BULK_DOCS })
  readonly #calls: Record<string, number> = {}
  #live = 0
  #processes = 0
  #killed = 0
  #ended = 0
  #frozen = 0
  readonly #machines = new Set<MachineClock>()
  #sentTwice = 0
  #leasesLost = 0
  #takenOver = 0

  constructor(seed: string) {
    this.#random = seededWorld(seed)
    const clock = new MachineClock(this.time, 0, 1)
    const world = { clock, random: this.#random, signal: calm }
    this.observer = new IndexWorkStore(this.#index, world, { step: STEP, process: 'observer' })
    this.#index.onWrite = (before, after) => {
      if (after.state === 'done') this.timesDone.set(after.item, (this.timesDone.get(after.item) ?? 0) + 1)
      if (this.timesDone.size === FREEZE_AT) this.#freezeSome()
      if (before?.state === 'leased' && after.state === 'leased' && before.owner !== after.owner) this.#takenOver++
    }
  }

  async run(): Promise<void> {
    await this.observer.plan(
      Array.from({ length: SLICES }, (_, n): SliceRef => {
        // A few huge segments and many small ones.
        const segment = n % 3 === 0 ? `_${(n * n) % 7}` : `_${n}`
        return { index: 'i', shard: n % 5, segment, firstChunk: n, endChunk: n + 1, bytes: 64 }
      }),
    )
    for (let worker = 0; worker < WORKERS; worker++) void this.#keepWorker()
    await this.time.run(() => this.#live === 0 && this.#processes > 0, 24 * HOUR)
  }

  report() {
    const { time, timesDone } = this
    return {
      minutes: Math.round(time.now / 60_000),
      done: timesDone.size,
      processes: this.#processes,
      killed: this.#killed,
      ended: this.#ended,
      frozen: this.#frozen,
      takenOver: this.#takenOver,
      leasesLost: this.#leasesLost,
      sentTwice: this.#sentTwice,
      callsPerSecond: Math.round((Object.values(this.#calls).reduce((a, b) => a + b, 0) / time.now) * 1000),
      calls: this.#calls,
    }
  }

  /** What Argo does for one pod of the fan-out: starts it again until it ends in good order. */
  async #keepWorker(): Promise<void> {
    this.#live++
    while (!(await this.#process())) await this.#pause(RESTART_MS)
    this.#live--
  }

  /** One process from its start to its end; true when it found the load to be over. */
  async #process(): Promise<boolean> {
    const name = `pod-${++this.#processes}`
    const random = seededWorld(`${name} ${this.#random.hex(4)}`)
    const clock = new MachineClock(this.time, (random.next() - 0.5) * 2 * HOUR, 0.9 + random.next() * 0.2)
    this.#machines.add(clock)
    const count = (call: string): void => void (this.#calls[call] = (this.#calls[call] ?? 0) + 1)
    const network = new SimulatedNetwork(this.#index, this.time, clock, random, weather, count)
    const store = new IndexWorkStore(
      network,
      { clock, random, signal: new AbortController().signal },
      { step: STEP, process: name },
    )
    const work = new RenewedWork(store, clock, random)
    const pool = openLoadPool({
      parallelism: 1,
      start: this.#starter(clock, random),
      rejects: () => ({ append: () => Promise.resolve(), close: () => Promise.resolve() }),
    })
    const step = this.#plan.steps.find(({ id }) => id === STEP)!
    const signal = new AbortController().signal
    const input: StepInput = { plan: this.#plan, step, workflow: 'simulated', outputs: new Map() }
    const context = { clock, random, signal, work, progress: () => undefined } as unknown as StepContext
    const life = new AbortController()
    const death = this.time.sleep(-Math.log(1 - random.next()) * LIFE_MS, life.signal).then(
      () => 'killed' as const,
      () => never(),
    )
    const loading = pool(input, context).then(
      () => 'over' as const,
      () => 'ended' as const,
    )
    const end = await Promise.race([death, loading])
    life.abort()
    clock.stopped = true
    this.#machines.delete(clock)
    if (end === 'killed') this.#killed++
    if (end === 'ended') this.#ended++
    return end === 'over'
  }

  /** Some machines stand still, with their leases running out, while others have nothing else to do than to look at them. */
  #freezeSome(): void {
    const chosen = [...this.#machines].slice(0, FROZEN - this.#frozen)
    for (const clock of chosen) clock.freeze(FREEZE_MS.from + this.#random.next() * (FREEZE_MS.to - FREEZE_MS.from))
    this.#frozen += chosen.length
  }

  /** A loader that reads nothing, and whose target takes its time and acknowledges everything. */
  #starter(clock: MachineClock, random: Random): StartLoader {
    return () => {
      const inbox = new Mailbox<FromLoader | LoaderEnded>()
      const answers = new Mailbox<ToLoader>()
      const load = async (item: WorkItem): Promise<void> => {
        let { counts } = item
        for (let bulk = (item.position?.doc ?? 0) / BULK_DOCS; bulk < BULKS; bulk++) {
          await this.time.wait(BULK_MS.from + random.next() * (BULK_MS.to - BULK_MS.from))
          await clock.alive()
          this.#send(item.id, bulk)
          counts = addCounts(counts, { ...NO_COUNTS, read: BULK_DOCS, acknowledged: BULK_DOCS })
          if (bulk + 1 === BULKS) break
          inbox.put({ type: 'advance', position: { doc: (bulk + 1) * BULK_DOCS, checksum: 0 }, counts })
          const answer = await answers.next()
          if (answer.type === 'recorded') continue
          if (answer.type !== 'unrecorded') throw new Error(`${answer.type} is no answer`)
          if (answer.failure.kind === 'failure' && answer.failure.code === 'LEASE_LOST') this.#leasesLost++
          inbox.put({ type: 'failed', failure: answer.failure })
          return
        }
        inbox.put({ type: 'done', checksum: checksumOf(item.id), counts })
      }
      return {
        post: (message) => {
          if (message.type === 'load') void load(message.item)
          else if (message.type === 'end') inbox.end({ type: 'ended' })
          else if (message.type !== 'stop') answers.put(message)
        },
        next: () => inbox.next(),
      }
    }
  }

  #send(item: string, bulk: number): void {
    const before = this.sent.get(item) ?? 0
    if ((before & (1 << bulk)) !== 0) this.#sentTwice++
    this.sent.set(item, before | (1 << bulk))
  }

  async #pause({ from, to }: { readonly from: number; readonly to: number }): Promise<void> {
    await this.time.wait(from + this.#random.next() * (to - from))
  }
}

function checksumOf(item: string): number {
  return crc32(item)
}
