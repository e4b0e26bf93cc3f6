import { describe, expect, test } from 'vitest'
import { renderWorkflow, type Attempt } from '../../../../src/engine/argo/render-workflow.ts'
import type { Plan } from '../../../../src/plan/plan.ts'
import { planOf } from './plans.ts'

const root = { name: 'migration-abc123', uid: '0d3f' }

function attempt(plan: Plan, changes: Partial<Attempt> = {}): Attempt {
  return { root, number: 1, plan, over: new Set(), ...changes }
}

interface Task {
  readonly name: string
  readonly dependencies?: readonly string[]
  readonly when?: string
}

function dagOf(plan: Plan, changes: Partial<Attempt> = {}): { tasks: readonly Task[]; target: string } {
  const { spec } = renderWorkflow(attempt(plan, changes)) as unknown as {
    spec: { templates: [{ dag: { tasks: readonly Task[]; target: string } }] }
  }
  return spec.templates[0].dag
}

describe('the Workflow of an attempt', () => {
  test('of one migration is a chain with the names of status, and Cleanup as exit handler', async () => {
    const manifest = renderWorkflow(attempt(planOf()))
    await expect(`${JSON.stringify(manifest, undefined, 2)}\n`).toMatchFileSnapshot('golden/one-migration.golden')
  })

  test('of two migrations with gates, in a second attempt, leaves out what is over', async () => {
    const plan = planOf({ groups: [1, 2], gates: ['restore-documents'], priorities: [0, 5] })
    const over = new Set(['initialize', 'm1/create-snapshot', 'm1g1/restore-documents'])
    const manifest = renderWorkflow(attempt(plan, { number: 2, over }))
    await expect(`${JSON.stringify(manifest, undefined, 2)}\n`).toMatchFileSnapshot('golden/two-migrations.golden')
  })

  test('depends on the gate, which depends on what the step depends on', () => {
    const { tasks } = dagOf(planOf({ gates: ['migrate-metadata'] }))
    const find = (name: string): Task | undefined => tasks.find((task) => task.name === name)
    expect(find('Approve-Migrate-Metadata')?.dependencies).toEqual(['Register-Snapshot'])
    expect(find('Migrate-Metadata')?.dependencies).toEqual(['Approve-Migrate-Metadata'])
  })

  test('does not wait for a person before a step that is over', () => {
    const plan = planOf({ gates: ['migrate-metadata'] })
    const { tasks } = dagOf(plan, { over: new Set(['m1g1/migrate-metadata']) })
    expect(tasks.map(({ name }) => name)).not.toContain('Approve-Migrate-Metadata')
    expect(tasks.find(({ name }) => name === 'Migrate-Metadata')).toMatchObject({
      when: 'false',
      dependencies: ['Register-Snapshot'],
    })
  })

  test('looks first for work of the groups with the highest priority', () => {
    expect(dagOf(planOf({ groups: [3], priorities: [0, 2, 1] })).target).toBe('m1g2-Verify m1g3-Verify m1g1-Verify')
  })

  test('names nothing secret, only keys of Secrets', () => {
    const text = JSON.stringify(renderWorkflow(attempt(planOf())))
    expect(text).toContain('"path":"login/password"')
    expect(text).not.toContain('cluster:9200')
  })

  test('of a hundred workers and a hundred groups fits into the store, of a thousand groups it does not', () => {
    expect(() => renderWorkflow(attempt(planOf({ groups: [60], parallelism: 100 })))).not.toThrow()
    expect(() => renderWorkflow(attempt(planOf({ groups: [1000], parallelism: 100 })))).toThrow(
      expect.objectContaining({
        code: 'PLAN_TOO_LARGE',
        message: expect.stringContaining('1,000 groups with up to 100 workers') as unknown,
      }),
    )
  })
})
