import { expect, test } from 'vitest'
import { explainRun, situationOf } from '../../../src/cli/explain-run.ts'
import type { Engine, HeldItem } from '../../../src/engine/engine.ts'
import type { RunView, StepView } from '../../../src/report/run-view.ts'

const STEP: StepView = {
  id: 'm1g1/restore-documents',
  kind: 'restore-documents',
  title: 'Restore Documents',
  path: [],
  phase: 'Running',
  attempt: 1,
}

function explain(step: Partial<StepView>, more: Partial<RunView> = {}, held: readonly HeldItem[] = []) {
  const view: RunView = {
    schemaVersion: 1,
    name: 'shop',
    phase: 'Running',
    submittedAt: '2026-11-28T20:00:00Z',
    engine: 'argo',
    alive: true,
    steps: [{ ...STEP, ...step }],
    ...more,
  }
  const engine = { view: () => Promise.resolve(view), heldItems: () => Promise.resolve(held) }
  return situationOf(engine as unknown as Engine, 'shop').then((situation) => explainRun(situation, Infinity))
}

test('what is in the way of a step is told with its code and what to do about it, once', async () => {
  const hindrance = { code: 'POD_PENDING', message: 'pod a waits: no node has room', hint: 'Add nodes.' } as const
  const whole = { ...hindrance, message: `Restore Documents: ${hindrance.message}` }
  expect(await explain({ hindrance }, { hindrance: whole })).toBe(
    'Workflow shop (Running)\n\n' +
      'Restore Documents (m1g1/restore-documents)\n' +
      '  POD_PENDING: pod a waits: no node has room\n' +
      '  Remedy: Add nodes.\n',
  )
})

test('what is in the way of the whole run comes first', async () => {
  const hindrance = { code: 'ARGO_MISSING', message: 'nobody looks', hint: 'kubectl get pods -n argo' } as const
  expect(await explain({ phase: 'Pending' }, { hindrance })).toContain(
    '(Running)\n\n  ARGO_MISSING: nobody looks\n  Remedy: kubectl get pods -n argo\n',
  )
})

test('a failure has its hint and where more is to be read', async () => {
  const failure = { code: 'CLUSTER_AUTH', message: 'log in to target: refused', hint: 'Check the password.' }
  expect(await explain({ phase: 'Failed', failure }, { alive: false, phase: 'Failed' })).toContain(
    '  CLUSTER_AUTH: log in to target: refused\n' +
      '  Remedy: Check the password.\n  Remedy: workflow explain CLUSTER_AUTH\n',
  )
})

test('rejections by the target, documents that are left out, and who holds which work item are told', async () => {
  const progress = { message: 'the target is overloaded (429)', rejected: 1200 }
  const held = Array.from({ length: 22 }, (_, n) => ({ step: STEP.id, item: `shop/0/_${n}/0`, holder: `pod-${n}/1` }))
  const text = await explain({ progress }, {}, held)
  expect(text).toContain('  the target is overloaded (429)\n')
  expect(text).toContain('  Left out: 1,200 documents.\n  Remedy: workflow rejects shop\n')
  expect(text).toMatch(/STEP +WORK ITEM +HELD BY\nm1g1\/restore-documents +shop\/0\/_0\/0 +pod-0\/1\n/)
  expect(text).toContain('and 2 more\n')
})

test('a run with nothing in its way says so, one that was stopped what to do', async () => {
  expect(await explain({})).toBe('Workflow shop (Running)\n\nNothing is in its way.\n')
  const stopped = { alive: false, phase: 'Stopped', message: 'Go on with: workflow resume shop' } as const
  expect(await explain({ phase: 'Pending' }, stopped)).toContain('\n\nGo on with: workflow resume shop\n')
})
