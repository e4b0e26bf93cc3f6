import { describe, expect, test } from 'vitest'
import { Failure } from '../../../../src/core/failure.ts'
import { compactEvents } from '../../../../src/engine/argo/compact-events.ts'
import { EventTime } from '../../../../src/engine/argo/event-time.ts'
import { eventsOf, readJournals } from '../../../../src/engine/argo/journal-object.ts'
import { StepJournal } from '../../../../src/engine/argo/step-journal.ts'
import { logOf } from '../../../../src/engine/run/run-log.ts'
import type { RunEvent } from '../../../../src/engine/run/run-events.ts'
import { foldEvents } from '../../../../src/engine/run/run-state.ts'
import { VirtualClock } from '../../blob/virtual-clock.ts'
import { seededWorld } from '../../coordination/seeded-world.ts'
import { MemoryKubernetes } from '../../kubernetes/memory-kubernetes.ts'

const root = { name: 'migration-1', uid: 'u' }
const away = new Failure('KUBERNETES_UNREACHABLE', 'no answer', { op: 'write', subject: 'x', retryable: true })
const line = (message: string) => ({ type: 'log', level: 'info', step: 's', message }) as const

function journalOf(kubernetes: MemoryKubernetes, step = 'm1/register-snapshot', clock = new VirtualClock()) {
  const time = new EventTime(clock)
  return StepJournal.open({ kubernetes, root, step, clock, random: seededWorld(step), time })
}

async function stored(kubernetes: MemoryKubernetes, name: string): Promise<string[]> {
  const object = (await kubernetes.get('ConfigMap', name))!
  return eventsOf(object).flatMap((event) => (event.type === 'log' ? [event.message] : [event.type]))
}

describe('the journal of a step', () => {
  test('is a ConfigMap of its own that goes away with the run', async () => {
    const kubernetes = new MemoryKubernetes()
    const journal = await journalOf(kubernetes)
    await journal.record({ type: 'step-started', step: 'm1/register-snapshot', attempt: 1 })
    const object = await kubernetes.get('ConfigMap', 'migration-1-m1-register-snapshot')
    expect(object?.metadata).toMatchObject({
      labels: { 'backfill-workflow/step': 'm1.register-snapshot', 'app.kubernetes.io/part-of': 'migration-1' },
      ownerReferences: [{ kind: 'ConfigMap', name: 'migration-1', uid: 'u' }],
    })
  })

  test('gathers for a second what nothing waits for, and writes it at the end in any case', async () => {
    const kubernetes = new MemoryKubernetes()
    const clock = new VirtualClock()
    const journal = await journalOf(kubernetes, 's', clock)
    for (let n = 0; n < 50; n++) journal.note(line(`line ${n}`))
    expect(kubernetes.calls).toHaveLength(0)
    await clock.advance(1000)
    expect(kubernetes.calls).toHaveLength(1)
    journal.note(line('last'))
    await journal.close()
    expect(await stored(kubernetes, 'migration-1-s')).toHaveLength(51)
  })

  test('two pods that write at once lose nothing of each other', async () => {
    const kubernetes = new MemoryKubernetes()
    const clock = new VirtualClock({ hurried: true })
    const pods = await Promise.all(['a', 'b', 'c'].map(() => journalOf(kubernetes, 's', clock)))
    await Promise.all(pods.flatMap((pod, p) => Array.from({ length: 5 }, (_, n) => pod.record(line(`${p} says ${n}`)))))
    const lines = await stored(kubernetes, 'migration-1-s')
    expect(lines).toHaveLength(15)
    expect(new Set(lines).size).toBe(15)
  })

  test('an event whose answer was lost is there once', async () => {
    const kubernetes = new MemoryKubernetes()
    const clock = new VirtualClock({ hurried: true })
    const journal = await journalOf(kubernetes, 's', clock)
    await journal.record(line('first'))
    let lost = 2
    kubernetes.after = () => (lost-- > 0 ? Promise.reject(away) : Promise.resolve())
    await journal.record(line('second'))
    await journal.record(line('third'))
    expect(await stored(kubernetes, 'migration-1-s')).toEqual(['first', 'second', 'third'])
  })

  test('waits for a cluster that cannot be reached, and not for ever', async () => {
    const kubernetes = new MemoryKubernetes()
    const clock = new VirtualClock({ hurried: true })
    const journal = await journalOf(kubernetes, 's', clock)
    let failures = 3
    kubernetes.before = () => (failures-- > 0 ? Promise.reject(away) : Promise.resolve())
    await journal.record(line('late'))
    failures = Infinity
    await expect(journal.record(line('never'))).rejects.toBe(away)
    failures = 0
    await journal.record(line('after'))
    expect(await stored(kubernetes, 'migration-1-s')).toEqual(['late', 'never', 'after'])
  })

  test('dates what follows from another event after it, whatever the clocks say', async () => {
    const kubernetes = new MemoryKubernetes()
    const [ahead, behind] = [new VirtualClock(), new VirtualClock()]
    await ahead.advance(7_200_000)
    const change = { id: 'c', kind: 'index-settings', side: 'target', cluster: 't', subject: 'i' } as const
    const restore = await journalOf(kubernetes, 'restore', ahead)
    await restore.record({ type: 'change-recorded', change })
    const time = new EventTime(behind)
    time.saw(await readJournals(kubernetes, root.name))
    const parts = { kubernetes, root, step: 'cleanup', clock: behind, random: seededWorld('c'), time }
    const cleanup = await StepJournal.open(parts)
    await cleanup.record({ type: 'change-settled', id: 'c' })
    const events = await readJournals(kubernetes, root.name)
    expect(events.map(({ type }) => type)).toEqual(['change-recorded', 'change-settled'])
    expect(foldEvents(events).openChanges.size).toBe(0)
  })
})

describe('a journal that grows', () => {
  const progress = (at: number, done: number): RunEvent => ({
    at,
    type: 'step-progress',
    step: 's',
    progress: { message: '', documents: { done, total: 9999 } },
  })

  test('keeps of the progress what the state and the rate need', () => {
    const events = Array.from({ length: 5000 }, (_, n) => progress(n * 1000, n))
    const kept = compactEvents(events).events
    expect(kept.length).toBeLessThanOrEqual(17)
    expect(foldEvents(kept).steps.get('s')?.progress?.documents?.done).toBe(4999)
    expect(foldEvents(kept).steps.get('s')?.recent?.[0]).toEqual({ at: 4_969_000, documents: 4969 })
  })

  test('says how much of its log it has left out, and keeps everything else', () => {
    const random = seededWorld('noise')
    const failed = { code: 'TIMEOUT', message: 'm', retryable: true }
    let events: readonly RunEvent[] = [{ at: 0, type: 'step-started', step: 's', attempt: 1 }]
    const all = 3000
    for (let n = 0; n < all; n++) {
      events = [...events, { at: n + 1, ...line(`${n}: ${random.hex(40)}`) }]
      if (n % 500 === 499) events = compactEvents(events, 20_000).events
    }
    events = compactEvents(
      [...events, { at: all + 1, type: 'step-failed', step: 's', failure: failed, final: true }],
      20_000,
    ).events
    const lines = events.filter(({ type }) => type === 'log')
    const log = logOf(events).map(({ message }) => message)
    expect(log).toContain(`the log lacks ${(all - lines.length).toLocaleString('en')} lines here`)
    expect(log.filter((message) => message.startsWith('the log lacks'))).toHaveLength(1)
    expect(log.some((message) => message.startsWith('0: '))).toBe(true)
    expect(log.some((message) => message.startsWith(`${all - 1}: `))).toBe(true)
    expect(foldEvents(events).steps.get('s')).toMatchObject({ phase: 'failed', failure: failed })
    expect(compactEvents(events, 20_000).packed.length).toBeLessThanOrEqual(20_000)
  })

  test('a damaged journal is not taken for an empty one', async () => {
    const kubernetes = new MemoryKubernetes()
    const journal = await journalOf(kubernetes, 's', new VirtualClock())
    await journal.record(line('one'))
    const object = (await kubernetes.get('ConfigMap', 'migration-1-s'))!
    expect(() => eventsOf({ ...object, binaryData: { events: 'H4sIAAAAAAAAAw==' } })).toThrow()
    expect(() => eventsOf({ ...object, binaryData: {} })).toThrow()
  })
})
