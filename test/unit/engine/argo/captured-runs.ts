import { readFileSync } from 'node:fs'
import { readWorkflow } from '../../../../src/engine/argo/workflow-status.ts'
import type { StoredRun } from '../../../../src/engine/argo/run-story.ts'
import type { RunEvent, RunEventBody } from '../../../../src/engine/run/run-events.ts'
import type { KubernetesObject } from '../../../../src/kubernetes/kubernetes.ts'
import { planOf } from './plans.ts'

/** Names of what Argo 3.6.10 and Kubernetes 1.34 answered, of Workflows that this program rendered. */
export type Captured = 'waiting' | 'done' | 'stopping' | 'unschedulable' | 'image' | 'secret'

/** A moment soon after those at which the objects were captured, in milliseconds since 1970. */
export const NOON = Date.parse('2026-11-28T20:05:10Z')

/** An object as a real cluster answered it. */
export function captured(file: string): KubernetesObject {
  const url = new URL(`captured/${file}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as KubernetesObject
}

/** A run around a captured Workflow; events are dated one millisecond after the other before the attempt's objects. */
export function runOf(
  name: Captured,
  bodies: readonly RunEventBody[] = [],
  changes: Partial<StoredRun> = {},
): StoredRun {
  const hasPods = name === 'unschedulable' || name === 'image' || name === 'secret'
  const workflow = readWorkflow(captured(hasPods || name === 'stopping' ? `${name}.wf` : name))
  const pods = hasPods ? (captured(`${name}.pods`)['items'] as KubernetesObject[]) : []
  const startedAt = workflow.createdAt
  return {
    namespace: 'moving',
    root: {
      name: workflow.name,
      uid: 'u1',
      resourceVersion: '1',
      configDigest: 'd1',
      submittedAt: startedAt,
      planParts: 1,
      attempts: [startedAt],
      approved: new Map(),
    },
    plan: planOf({ gates: name === 'waiting' || name === 'done' ? ['restore-documents'] : [] }),
    events: bodies.map((body, position): RunEvent => ({ at: startedAt + position + 1, ...body })),
    workflow,
    pods,
    podEvents: [],
    ...changes,
  }
}

/** The events of a step that ended well. */
export function ended(...steps: readonly string[]): readonly RunEventBody[] {
  return steps.flatMap((step): RunEventBody[] => [
    { type: 'step-started', step, attempt: 1 },
    { type: 'step-ended', step, output: { result: 'done', summary: 'done' } },
  ])
}
