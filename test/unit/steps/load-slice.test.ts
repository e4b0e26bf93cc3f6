import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_COUNTS, type SlicePosition, type WorkCounts, type WorkItem } from '../../../src/coordination/work-store.ts'
import { isFailure } from '../../../src/core/failure.ts'
import { LoadMemory } from '../../../src/steps/load-memory.ts'
import { loadSlice, type LoadedSlice, type LoadOptions } from '../../../src/steps/load-slice.ts'
import type { RejectRecord } from '../../../src/steps/reject-record.ts'
import { memorySegment, type MemoryDocument } from './memory-segment.ts'
import { MemoryTarget } from './memory-target.ts'

const OPTIONS: LoadOptions = {
  op: 'index',
  bulkBytes: 1000,
  bulkDocs: 100,
  bodiesInFlight: 2,
  bytesInFlight: 10_000,
  typed: false,
}

interface Report {
  readonly position: SlicePosition
  readonly counts: WorkCounts
  /** Rejects recorded before. */
  readonly rejects: number
}

/** A slice over all chunks, with what was reported of it; runs one attempt after the other. */
class Trial {
  readonly reports: Report[] = []
  readonly rejects: RejectRecord[] = []
  readonly segment: ReturnType<typeof memorySegment>
  readonly target: MemoryTarget
  readonly #options: LoadOptions
  item: WorkItem

  constructor(chunks: readonly (readonly MemoryDocument[])[], target: MemoryTarget, options: LoadOptions) {
    this.segment = memorySegment(chunks)
    this.target = target
    this.#options = { ...options, memory: new LoadMemory() }
    const slice = { index: 'logs', shard: 0, segment: '_0', firstChunk: 0, endChunk: chunks.length, bytes: 1 }
    this.item = { id: 'logs/0/_0/0', slice, state: 'leased', counts: NO_COUNTS, failures: 0 }
  }

  attempt(signal = new AbortController().signal): Promise<LoadedSlice> {
    const progress = {
      reject: (records: readonly RejectRecord[]): Promise<void> => {
        this.rejects.push(...records)
        return Promise.resolve()
      },
      advance: (position: SlicePosition, counts: WorkCounts): Promise<void> => {
        this.reports.push({ position, counts, rejects: this.rejects.length })
        this.item = { ...this.item, position, counts }
        return Promise.resolve()
      },
    }
    const slice = { source: this.segment.source, indexType: undefined }
    return loadSlice(this.item, slice, this.target, this.#options, progress, signal)
  }

  /** Runs an attempt while answering its bodies as `next` says, until it has ended. */
  async drive(next: (waiting: number) => { nth: number; how: 'answer' | 'fail' }): Promise<LoadedSlice | undefined> {
    let ended = false
    const outcome = this.attempt().finally(() => (ended = true))
    outcome.catch(() => undefined)
    let idle = 0
    while (!ended) {
      await new Promise((resolve) => setImmediate(resolve))
      // Let packing go as far as it can, so that answers really come out of order.
      if (this.target.waiting === 0 || idle++ < 2) continue
      idle = 0
      const { nth, how } = next(this.target.waiting)
      this.target.settle(nth, how)
    }
    try {
      return await outcome
    } catch (error) {
      if (!isFailure(error, 'CLUSTER_UNREACHABLE')) throw error
      return undefined
    }
  }

  finish(): Promise<LoadedSlice | undefined> {
    return this.drive(() => ({ nth: 0, how: 'answer' }))
  }
}

const takeAll = (): 'take' => 'take'
const accounted = (counts: WorkCounts): number =>
  counts.acknowledged + counts.rejected + counts.skipped + counts.sourceless

const isLive = (document: MemoryDocument): boolean => document.deleted !== true
const keyOf = ({ id, routing }: { readonly id: string; readonly routing?: string | undefined }): string =>
  `${id} ${routing ?? ''}`

const arbDocument = fc.record({
  kind: fc.constantFrom(
    'plain',
    'plain',
    'plain',
    'plain',
    'deleted',
    'sourceless',
    'raw newline',
    'pretty',
    'refused',
  ),
  length: fc.nat({ max: 400 }),
  routing: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
})

function documentOf(
  { kind, length, routing }: { kind: string; length: number; routing: string | undefined },
  n: number,
): MemoryDocument {
  const text = JSON.stringify({ n, kind, text: 'x'.repeat(length) })
  const source =
    kind === 'sourceless'
      ? undefined
      : kind === 'raw newline'
        ? text.replace('"text":"', '"text":"\n')
        : kind === 'pretty'
          ? JSON.stringify(JSON.parse(text), undefined, 2)
          : text
  return { id: `id-${n}`, source, deleted: kind === 'deleted', ...(routing === undefined ? {} : { routing }) }
}

describe('loadSlice', () => {
  test('accounts for every document whatever the order of answers, the failures and the sizes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(arbDocument, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 }),
        fc.record({
          bulkBytes: fc.integer({ min: 1, max: 2000 }),
          bulkDocs: fc.integer({ min: 1, max: 12 }),
          bodiesInFlight: fc.integer({ min: 1, max: 4 }),
        }),
        fc.array(fc.record({ nth: fc.nat({ max: 3 }), fails: fc.integer({ min: 0, max: 9 }) }), { maxLength: 60 }),
        async (kinds, sizes, turns) => {
          let n = 0
          const chunks = kinds.map((chunk) => chunk.map((document) => documentOf(document, n++)))
          const documents = chunks.flat()
          const target = new MemoryTarget((line) => (line.source.includes('"refused"') ? 'refuse' : 'take'))
          const trial = new Trial(chunks, target, { ...OPTIONS, ...sizes })
          const script = [...turns]
          let failed = 0
          let loaded: LoadedSlice | undefined
          while (loaded === undefined) {
            loaded = await trial.drive(() => {
              const turn = script.shift() ?? { nth: 0, fails: 9 }
              return { nth: turn.nth, how: turn.fails === 0 ? 'fail' : 'answer' }
            })
            if (loaded === undefined) failed++
            // A position never goes back; everything before it is accounted for, and counted once.
            for (const [k, { position, counts }] of trial.reports.entries()) {
              if (k > 0) expect(position.doc).toBeGreaterThanOrEqual(trial.reports[k - 1]!.position.doc)
              expect(counts.read).toBe(documents.slice(0, position.doc).filter(isLive).length)
              expect(accounted(counts)).toBe(counts.read)
            }
            const known = new Set([...target.documents.keys(), ...trial.rejects.map(keyOf)])
            for (const document of documents.slice(0, trial.item.position?.doc ?? 0).filter(isLive)) {
              expect(known).toContain(keyOf(document))
            }
          }
          const live = documents.filter(isLive)
          expect(loaded.counts.read).toBe(live.length)
          expect(accounted(loaded.counts)).toBe(live.length)
          expect(loaded.checksum).toBe(trial.segment.checksum)
          expect(target.mostInFlight).toBeLessThanOrEqual(sizes.bodiesInFlight)

          // Each document is in the target or recorded, never both and never neither.
          const refused = new Set(trial.rejects.map(keyOf))
          for (const document of live) {
            const key = keyOf(document)
            expect(target.documents.has(key) !== refused.has(key), key).toBe(true)
            const line = target.documents.get(key)
            if (line !== undefined) expect(JSON.parse(line.source)).toEqual(JSON.parse(document.source as string))
          }
          expect(target.documents.size).toBe(loaded.counts.acknowledged)
          // Only what was in flight when an attempt failed came twice.
          const most = Math.max(0, ...target.bodies.map((body) => body.docs))
          const sendable = live.length - loaded.counts.sourceless
          expect(target.received).toBeLessThanOrEqual(sendable + failed * sizes.bodiesInFlight * most)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('goes on from every position it reported, to the same end', async () => {
    const chunks = [7, 3, 12, 1].map((count, c) =>
      Array.from({ length: count }, (_, n) =>
        documentOf(
          { kind: n % 4 === 1 ? 'sourceless' : 'plain', length: 90 * (n % 3), routing: undefined },
          100 * c + n,
        ),
      ),
    )
    const first = new Trial(chunks, new MemoryTarget(takeAll), { ...OPTIONS, bulkDocs: 2 })
    const whole = (await first.finish())!
    expect(first.reports.length).toBeGreaterThan(5)
    for (const report of first.reports) {
      const again = new Trial(chunks, new MemoryTarget(takeAll), { ...OPTIONS, bulkDocs: 5 })
      again.item = { ...again.item, position: report.position, counts: report.counts }
      const loaded = (await again.finish())!
      expect(loaded).toEqual(whole)
      expect(again.target.received + report.counts.acknowledged).toBe(whole.counts.acknowledged)
      expect(again.rejects.length + report.rejects).toBe(first.rejects.length)
    }
  })

  test('reports a position as soon as it was reached, without waiting for the next body', async () => {
    const chunks = [
      Array.from({ length: 3 }, (_, n) => documentOf({ kind: 'plain', length: 1, routing: undefined }, n)),
    ]
    const trial = new Trial(chunks, new MemoryTarget(takeAll), { ...OPTIONS, bulkDocs: 1, bodiesInFlight: 2 })
    const loading = trial.attempt()
    while (trial.target.waiting < 2) await new Promise((resolve) => setImmediate(resolve))
    trial.target.settle(1, 'answer')
    await new Promise((resolve) => setImmediate(resolve))
    expect(trial.reports).toEqual([])
    trial.target.settle(0, 'answer')
    await new Promise((resolve) => setImmediate(resolve))
    expect(trial.reports.map((report) => report.position.doc)).toEqual([1, 2])
    while (trial.target.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
    trial.target.settle(0, 'answer')
    await loading
  })

  test('reports what still arrives after a stop', async () => {
    const chunks = Array.from({ length: 20 }, (_, n) => [
      documentOf({ kind: 'plain', length: 1, routing: undefined }, n),
    ])
    const stop = new AbortController()
    const trial = new Trial(chunks, new MemoryTarget(takeAll), { ...OPTIONS, bulkDocs: 3, bodiesInFlight: 2 })
    const loading = trial.attempt(stop.signal)
    loading.catch(() => undefined)
    while (trial.target.waiting < 2) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    while (trial.target.waiting > 0) {
      trial.target.settle(0, 'answer')
      await new Promise((resolve) => setImmediate(resolve))
    }
    await expect(loading).rejects.toMatchObject({ code: 'ABORTED' })
    const reached = trial.item.counts.acknowledged
    expect(reached).toBe(trial.target.received)
    await trial.finish()
    expect(trial.target.received).toBe(20)
  })

  test('bytes on their way are bounded, whatever the number of bodies', async () => {
    const chunks = [
      [700, 700, 700, 700].map((length, n) => documentOf({ kind: 'plain', length, routing: undefined }, n)),
    ]
    const trial = new Trial(chunks, new MemoryTarget(takeAll), { ...OPTIONS, bodiesInFlight: 4, bytesInFlight: 2000 })
    const loaded = (await trial.finish())!
    expect(loaded.counts.acknowledged).toBe(4)
    expect(trial.target.mostInFlight).toBe(2)
  })

  test('a document larger than a body travels alone', async () => {
    const chunks = [[10, 5000, 10].map((length, n) => documentOf({ kind: 'plain', length, routing: undefined }, n))]
    const trial = new Trial(chunks, new MemoryTarget(takeAll), OPTIONS)
    const loaded = (await trial.finish())!
    expect(loaded.counts.acknowledged).toBe(3)
    expect(trial.target.bodies.map((body) => body.docs)).toEqual([1, 1, 1])
  })

  test('documents without a source are recorded and passed even when nothing is sent', async () => {
    const chunks = Array.from({ length: 5 }, (_, c) =>
      Array.from({ length: 10 }, (_, n) => documentOf({ kind: 'sourceless', length: 1, routing: 'a' }, 10 * c + n)),
    )
    const trial = new Trial(chunks, new MemoryTarget(takeAll), { ...OPTIONS, bulkDocs: 8 })
    const loaded = (await trial.finish())!
    expect(loaded.counts).toMatchObject({ read: 50, sourceless: 50, acknowledged: 0, rejected: 0 })
    expect(trial.rejects.map((reject) => reject.doc)).toEqual(Array.from({ length: 50 }, (_, n) => n))
    expect(trial.reports.length).toBeGreaterThanOrEqual(5)
    for (const report of trial.reports) expect(report.rejects).toBe(report.position.doc)
    expect(trial.rejects[0]).toMatchObject({ index: 'logs', id: 'id-0', routing: 'a', class: 'sourceless' })
    expect(trial.rejects[0]!.source).toBeUndefined()
  })

  test('a source that is not JSON on one line is recorded with its bytes, never sent', async () => {
    const broken = ['{"a":"x\ny"}', '', Uint8Array.of(0x3a, 0x29, 0x0a, 0x00, 0xff, 0xff)]
    const chunks = [broken.map((source, n) => ({ id: `id-${n}`, source }))]
    const trial = new Trial(chunks, new MemoryTarget(takeAll), OPTIONS)
    const loaded = (await trial.finish())!
    expect(loaded.counts).toMatchObject({ read: 3, rejected: 3, acknowledged: 0, bytes: 0 })
    expect(trial.target.received).toBe(0)
    expect(trial.rejects.map((reject) => reject.class)).toEqual(['malformed', 'malformed', 'malformed'])
    expect(trial.rejects.map((reject) => Buffer.from(reject.source!))).toEqual(
      broken.map((source) => Buffer.from(source as string)),
    )
  })

  test('documents of each type go to an index of their own when types are split, and none is a duplicate', async () => {
    const documents = [
      { id: '1', type: 'user', source: '{"n":1}' },
      { id: '2', type: 'Post', source: '{"n":2}' },
      { id: '3', type: 'user', source: undefined },
    ]
    const target = new MemoryTarget(takeAll)
    const trial = new Trial([documents], target, OPTIONS)
    trial.item = { ...trial.item, slice: { ...trial.item.slice, delivery: { split: true } } }
    await trial.finish()
    expect([...target.documents.values()].map(({ index, id }) => [index, id])).toEqual([
      ['logs-user', '1'],
      ['logs-post', '2'],
    ])
    expect(trial.rejects).toMatchObject([{ index: 'logs-user', id: '3', class: 'sourceless' }])
  })

  test('documents of an index behind a data stream are created in the stream', async () => {
    const target = new MemoryTarget(takeAll)
    const trial = new Trial([[{ id: '1', source: '{"n":1}' }]], target, OPTIONS)
    trial.item = { ...trial.item, slice: { ...trial.item.slice, delivery: { stream: 'events' } } }
    await trial.finish()
    expect([...target.documents.values()]).toMatchObject([{ op: 'create', index: 'events', id: '1' }])
  })

  test('documents named as duplicates of another type are recorded, not sent over the first', async () => {
    const chunks = [
      [
        { id: '1', type: 'user', source: '{"name":"Ann"}' },
        { id: '1', type: 'post', source: '{"title":"x"}', routing: '1' },
        { id: '2', type: 'post', source: '{"title":"y"}' },
      ],
    ]
    const trial = new Trial(chunks, new MemoryTarget(takeAll), OPTIONS)
    trial.item = { ...trial.item, slice: { ...trial.item.slice, duplicates: [1] } }
    const loaded = (await trial.finish())!
    expect(loaded.counts).toMatchObject({ read: 3, acknowledged: 2, rejected: 1 })
    expect([...trial.target.documents.values()].map((line) => line.source)).toEqual(['{"name":"Ann"}', '{"title":"y"}'])
    expect(trial.rejects).toMatchObject([{ id: '1', type: 'post', routing: '1', class: 'duplicate-id', doc: 1 }])
    expect(Buffer.from(trial.rejects[0]!.source!).toString()).toBe('{"title":"x"}')
  })

  test('sends documents as the transformation makes them, and records those that it cannot change as they were', async () => {
    const transform = { rename: { a: 'b' }, remove: ['secret'], set: {} }
    const chunks = [
      [
        { id: '1', source: '{"a":1,"secret":2}' },
        { id: '2', source: '{"a":1, "b":2}' },
        { id: '3', source: '{"n":12345678901234567890}' },
      ],
    ]
    const trial = new Trial(chunks, new MemoryTarget(takeAll), { ...OPTIONS, transform })
    const loaded = await trial.finish()
    expect([...trial.target.documents.values()].map(({ id, source }) => `${id} ${source}`)).toEqual([
      '1 {"b":1}',
      '3 {"n":12345678901234567890}',
    ])
    expect(trial.rejects).toMatchObject([
      { id: '2', class: 'transform', reason: expect.stringContaining('a cannot') as string },
    ])
    expect(Buffer.from(trial.rejects[0]!.source!).toString()).toBe('{"a":1, "b":2}')
    expect(loaded!.counts).toMatchObject({ read: 3, acknowledged: 2, rejected: 1 })
  })
})
