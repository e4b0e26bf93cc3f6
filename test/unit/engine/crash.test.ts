import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { addCounts, NO_COUNTS, type SliceRef, type WorkItem } from '../../../src/coordination/work-store.ts'
import type { FromLoader, ToLoader } from '../../../src/engine/load/load-messages.ts'
import { openLoadPool } from '../../../src/engine/load/load-pool.ts'
import type { LoaderEnded, StartLoader } from '../../../src/engine/load/load-thread.ts'
import { Mailbox } from '../../../src/engine/load/mailbox.ts'
import { rejectFilePath, rejectFiles } from '../../../src/engine/local/reject-file.ts'
import { runWorkflow, type RunnerParts } from '../../../src/engine/local/runner.ts'
import { createWorkflowFolder, workflowFolder, type WorkflowFolder } from '../../../src/engine/local/workflow-folder.ts'
import { Journal, readJournal } from '../../../src/engine/local/journal.ts'
import { journalLine } from '../../../src/engine/local/journal-lines.ts'
import type { RunEvent } from '../../../src/engine/run/run-events.ts'
import { foldEvents } from '../../../src/engine/run/run-state.ts'
import type { Step, StepOutput } from '../../../src/steps/step.ts'
import { VirtualClock } from '../blob/virtual-clock.ts'
import { calm, fixedRandom } from '../http/test-world.ts'
import { loadPlan, temporaryFolder } from './load-world.ts'

const SLICES = 5
const DOCUMENTS = 8
const BULK = 3
const WORKERS = 2
const STEP = 'm1g1/restore-documents'

/** Something that was done outside of the journal, with the number of lines that the journal had then. */
interface Effect {
  readonly lines: number
  apply(world: Outside): void
}

/** What is outside of the journal and outlives a crash: the target, and the file of rejects. */
interface Outside {
  /** How often each document was sent. */
  readonly sent: Map<string, number>
  refreshInterval: string
  rejects: string
}

function outside(): Outside {
  return { sent: new Map(), refreshInterval: '1s', rejects: '' }
}

const slices: SliceRef[] = Array.from({ length: SLICES }, (_, n) => ({
  index: 'i',
  shard: n,
  segment: '_0',
  firstChunk: 0,
  endChunk: 1,
  bytes: 100,
}))

/** Document 5 of every slice is refused. */
const isRefused = (doc: number): boolean => doc === 5

/** A workflow in a folder of its own, in the state that a crash left. */
class CrashWorld {
  readonly folder: WorkflowFolder
  readonly outside: Outside
  readonly effects: Effect[] = []
  readonly clock = new VirtualClock()
  /** Called before documents are loaded. */
  beforeLoad: () => Promise<void> = () => Promise.resolve()

  constructor(journal: string | undefined, left: Outside) {
    this.folder = workflowFolder(temporaryFolder(), 'migration-1')
    this.outside = left
    createWorkflowFolder(this.folder, { ...loadPlan('http://target', ['i']), parallelism: WORKERS })
    if (left.rejects !== '') writeFileSync(rejectFilePath(this.folder.rejects, STEP), left.rejects)
    if (journal === undefined) {
      const opened = Journal.open(this.folder.journal).journal
      opened.append({ at: 0, type: 'submitted', name: 'migration-1', configDigest: 'd1' }, { durable: true })
      opened.close()
      return
    }
    writeFileSync(this.folder.journal, journal)
    // The lock of a process that is gone.
    const owner = { pid: 999_999_999, host: 'elsewhere', processStart: '1', token: 'x' }
    writeFileSync(`${this.folder.path}/lock`, JSON.stringify(owner))
  }

  journal(): string {
    return readFileSync(this.folder.journal, 'utf8')
  }

  run(): Promise<string> {
    const { clock } = this
    const unused = (): never => {
      throw new Error('not in this test')
    }
    const parts: RunnerParts = {
      clock: { now: () => Date.now() + 3_600_000, monotonic: () => 0, sleep: (ms, signal) => clock.sleep(ms, signal) },
      random: fixedRandom(),
      signal: calm,
      steps: {
        initialize: done,
        'create-snapshot': done,
        'register-snapshot': done,
        'migrate-metadata': done,
        'restore-documents': this.#restore,
        verify: done,
        cleanup: done,
      },
      clusters: { source: unused, target: unused, close: unused },
      loadItems: openLoadPool({
        parallelism: WORKERS,
        rejects: rejectFiles(this.folder.rejects),
        start: this.#startLoader,
      }),
      putBack: unused,
    }
    return runWorkflow(this.folder, parts)
  }

  #effect(apply: (world: Outside) => void): void {
    apply(this.outside)
    this.effects.push({ lines: this.journal().split('\n').length - 1, apply })
  }

  readonly #restore: Step = async (_input, context) => {
    await context.recordChange({
      id: 'settings',
      kind: 'index-settings',
      side: 'target',
      cluster: 'target',
      subject: 'i',
      previous: { 'index.refresh_interval': '1s' },
    })
    this.#effect((world) => (world.refreshInterval = '-1'))
    await context.work.plan(slices)
    await this.beforeLoad()
    await context.loadItems()
    const total = await context.work.totals()
    for await (const { state } of context.work.items()) if (state !== 'done') throw new Error(`an item is ${state}`)
    for (const { id, previous } of context.openChanges()) {
      this.#effect((world) => (world.refreshInterval = previous!['index.refresh_interval']!))
      await context.settleChange(id)
    }
    return { result: 'rejects', summary: `${total.counts.read} documents`, data: total.counts }
  }

  readonly #startLoader: StartLoader = () => {
    const inbox = new Mailbox<FromLoader | LoaderEnded>()
    const answers = new Mailbox<ToLoader>()
    const recorded = async (message: FromLoader): Promise<void> => {
      inbox.put(message)
      expect((await answers.next()).type).toBe('recorded')
    }
    const load = async (item: WorkItem): Promise<void> => {
      let counts = item.counts
      for (let doc = item.position?.doc ?? 0; doc < DOCUMENTS; doc += BULK) {
        const docs = Array.from({ length: Math.min(BULK, DOCUMENTS - doc) }, (_, n) => doc + n)
        this.#effect(({ sent }) => {
          for (const n of docs) sent.set(`${item.id}/${n}`, (sent.get(`${item.id}/${n}`) ?? 0) + 1)
        })
        const refused = docs.filter(isRefused)
        if (refused.length > 0) {
          const lines = refused.map((n) => `{"item":"${item.id}","doc":${n}}\n`).join('')
          await recorded({ type: 'rejects', lines: Buffer.from(lines) })
          this.#effect((world) => (world.rejects += lines))
        }
        const acknowledged = docs.length - refused.length
        counts = addCounts(counts, { ...NO_COUNTS, read: docs.length, acknowledged, rejected: refused.length })
        const next = doc + docs.length
        if (next < DOCUMENTS) await recorded({ type: 'advance', position: { doc: next, checksum: next }, counts })
      }
      inbox.put({ type: 'done', checksum: DOCUMENTS, counts })
    }
    return {
      post: (message) => {
        if (message.type === 'load') void load(message.item)
        else if (message.type === 'end') inbox.end({ type: 'ended' })
        else answers.put(message)
      },
      next: () => inbox.next(),
    }
  }
}

const done: Step = () => Promise.resolve({ result: 'done', summary: 'done' } satisfies StepOutput)

const everyDocument = slices.flatMap(({ shard }) => Array.from({ length: DOCUMENTS }, (_, n) => `i/${shard}/_0/0/${n}`))

function expectComplete(world: CrashWorld, where: string): void {
  expect([...world.outside.sent.keys()].toSorted(), where).toEqual(everyDocument)
  expect(world.outside.refreshInterval, where).toBe('1s')
  const rejects = readFileSync(rejectFilePath(world.folder.rejects, STEP), 'utf8').trimEnd().split('\n')
  const kept = new Set(rejects.map((line) => (JSON.parse(line) as { item: string }).item))
  expect(kept.size, where).toBe(SLICES)
  const [restored] = world
    .journal()
    .split('\n')
    .filter((line) => line.includes('"step-ended"') && line.includes(STEP))
  expect(restored, where).toContain(`"read":${SLICES * DOCUMENTS}`)
  expect(restored, where).toContain(`"rejected":${SLICES}`)
}

describe('a runner that is killed', () => {
  test('between any two journal lines, and started again, loses nothing and repeats at most the bulks in flight', async () => {
    const dry = new CrashWorld(undefined, outside())
    expect(await dry.run()).toBe('finished')
    expectComplete(dry, 'without a crash')
    const lines = dry.journal().split('\n').slice(0, -1)
    expect(lines.length).toBeGreaterThan(SLICES * 3)

    for (let kept = 1; kept <= lines.length; kept++) {
      // Killed right after the line was written, or right before the next one: with half of it on the disk.
      for (const late of [false, true]) {
        const left = outside()
        for (const effect of dry.effects) if (effect.lines < kept + (late ? 1 : 0)) effect.apply(left)
        const torn = late ? (lines[kept] ?? '').slice(0, 20) : ''
        const journal = `${lines.slice(0, kept).join('\n')}\n${torn}`
        const before = new Map(left.sent)
        const world = new CrashWorld(journal, left)
        const where = `killed ${late ? 'before line' : 'after line'} ${late ? kept + 1 : kept}: ${lines[kept] ?? 'the end'}`
        expect(await world.run(), where).toBe('finished')
        expectComplete(world, where)
        const repeated = [...world.outside.sent].filter(([key, times]) => times > 1 && before.has(key))
        expect(Math.max(...world.outside.sent.values()), where).toBeLessThanOrEqual(2)
        expect(repeated.length, where).toBeLessThanOrEqual(WORKERS * BULK)
      }
    }
  })

  test('finds a long journal, makes it shorter while it works, and goes on', async () => {
    const head = new CrashWorld(undefined, outside()).journal()
    const progress: RunEvent = { at: 1, type: 'step-progress', step: STEP, progress: { message: 'x'.repeat(1000) } }
    const long = journalLine(progress).toString().repeat(10_000)
    const later = journalLine({ ...progress, at: 1_000_000 }).toString()
    const world = new CrashWorld(head + long + later, outside())
    let length = Infinity
    world.beforeLoad = async () => {
      await world.clock.advance(1000)
      length = world.journal().length
    }
    expect(await world.run()).toBe('finished')
    expect(length).toBeLessThan(10_000)
    expectComplete(world, 'after a compaction')
    expect(foldEvents(readJournal(world.folder.journal))).toMatchObject({ name: 'migration-1', outcome: 'finished' })
  })

  test('in the middle of a reject leaves a torn line that does not spoil the next one', async () => {
    const left = outside()
    const first = new CrashWorld(undefined, left)
    mkdirSync(first.folder.rejects, { recursive: true })
    appendFileSync(rejectFilePath(first.folder.rejects, STEP), '{"item":"i/0/_0/0","do')
    expect(await first.run()).toBe('finished')
    expectComplete(first, 'after a torn reject')
  })
})
