import { expect, test } from 'vitest'
import { podChains } from '../../../../src/engine/argo/pod-chains.ts'
import type { PlannedStep } from '../../../../src/plan/plan.ts'
import { planOf, type PlanParts } from './plans.ts'

function chains(parts: PlanParts = {}, idle: readonly string[] = []): Record<string, readonly string[]> {
  return Object.fromEntries(podChains(planOf(parts), ({ id }: PlannedStep) => idle.includes(id)).ahead)
}

test('one pod takes everything up to the plan of the load, and another one reconciles and verifies', () => {
  expect(chains()).toEqual({
    initialize: ['m1/create-snapshot', 'm1/register-snapshot', 'm1g1/migrate-metadata', 'm1g1/restore-documents'],
    'm1g1/restore-documents': ['m1g1/verify'],
  })
})

test('the place of a step in the chain is what its task is held against', () => {
  const { inPodOf } = podChains(planOf(), () => false)
  expect(inPodOf.get('m1/create-snapshot')).toEqual({ step: 'initialize', place: 1 })
  expect(inPodOf.get('m1g1/restore-documents')).toEqual({ step: 'initialize', place: 4 })
  expect(inPodOf.get('m1g1/verify')).toEqual({ step: 'm1g1/restore-documents', place: 1 })
  expect(inPodOf.has('initialize')).toBe(false)
})

test('where a person is asked, a new pod begins', () => {
  expect(chains({ gates: ['create-snapshot', 'restore-documents'] })).toEqual({
    'm1/create-snapshot': ['m1/register-snapshot', 'm1g1/migrate-metadata'],
    'm1g1/restore-documents': ['m1g1/verify'],
  })
})

test('what runs beside each other runs in pods of its own', () => {
  expect(chains({ groups: [2, 1] })).toEqual({
    'm1/create-snapshot': ['m1/register-snapshot'],
    'm1g1/migrate-metadata': ['m1g1/restore-documents'],
    'm1g1/restore-documents': ['m1g1/verify'],
    'm1g2/migrate-metadata': ['m1g2/restore-documents'],
    'm1g2/restore-documents': ['m1g2/verify'],
    'm2/create-snapshot': ['m2/register-snapshot', 'm2g1/migrate-metadata', 'm2g1/restore-documents'],
    'm2g1/restore-documents': ['m2g1/verify'],
  })
})

test('what has nothing to do is passed over, also when a person would have been asked', () => {
  const gates = ['create-snapshot'] as const
  expect(chains({ gates }, ['m1/create-snapshot', 'm1g1/restore-documents'])).toEqual({
    initialize: ['m1/register-snapshot', 'm1g1/migrate-metadata', 'm1g1/verify'],
  })
  expect(chains({}, ['initialize', 'm1/create-snapshot'])).toEqual({
    'm1/register-snapshot': ['m1g1/migrate-metadata', 'm1g1/restore-documents'],
    'm1g1/restore-documents': ['m1g1/verify'],
  })
})
