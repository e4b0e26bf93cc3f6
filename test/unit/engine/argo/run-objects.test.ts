import { createCipheriv } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { planFromParts, planPartManifest, planParts } from '../../../../src/engine/argo/plan-objects.ts'
import { changeSecrets, mountedKey, mountedPath, secretKeys } from '../../../../src/engine/argo/plan-secrets.ts'
import { journalName, selector, workflowName } from '../../../../src/engine/argo/run-names.ts'
import {
  approvalPatch,
  attemptPatch,
  parseRoot,
  rootManifest,
  stopPatch,
  type RunRoot,
} from '../../../../src/engine/argo/run-root.ts'
import type { KubernetesObject } from '../../../../src/kubernetes/kubernetes.ts'
import type { Plan } from '../../../../src/plan/plan.ts'
import { planOf } from './plans.ts'

const NEW = { name: 'migration-abc123', configDigest: 'd'.repeat(64), submittedAt: 1_700_000_000_000, planParts: 2 }

/** What the cluster makes of a manifest and then of a merge patch. */
function stored(manifest: KubernetesObject, ...patches: Readonly<Record<string, unknown>>[]): RunRoot {
  const data = { ...(manifest['data'] as Record<string, string | null>) }
  for (const patch of patches) Object.assign(data, patch['data'])
  const kept = Object.entries(data).filter(([, value]) => value !== null)
  return parseRoot({
    ...manifest,
    metadata: { ...manifest.metadata, uid: 'u1', resourceVersion: '7' },
    data: Object.fromEntries(kept),
  })
}

describe('the root of a run', () => {
  test('comes back as it was written', () => {
    expect(stored(rootManifest(NEW))).toEqual({
      ...NEW,
      uid: 'u1',
      resourceVersion: '7',
      attempts: [],
      approved: new Map(),
    })
  })

  test('remembers attempts, approvals and the wish to stop, which a new attempt takes back', () => {
    const manifest = rootManifest(NEW)
    const started = attemptPatch(stored(manifest), 5)
    const stopped = stopPatch(stored(manifest, started))
    const approved = approvalPatch(['m1g1/restore-documents'], 8)
    const root = stored(manifest, started, stopped, approved)
    expect(root).toMatchObject({ attempts: [5], stopAttempt: 1, approved: new Map([['m1g1.restore-documents', 8]]) })
    expect(stored(manifest, started, stopped, attemptPatch(root, 9))).not.toHaveProperty('stopAttempt')
  })

  test('of another release is refused', () => {
    const manifest = { ...rootManifest(NEW), data: { schemaVersion: '2' } }
    expect(() => parseRoot(manifest)).toThrow(expect.objectContaining({ code: 'STATE_CORRUPT' }))
  })

  test('gives its name to everything else', () => {
    expect(workflowName('migration-abc123', 1)).toBe('migration-abc123')
    expect(workflowName('migration-abc123', 3)).toBe('migration-abc123-r3')
    expect(journalName('migration-abc123', 'm1/register-snapshot')).toBe('migration-abc123-m1-register-snapshot')
    expect(selector('journal', 'r')).toBe(
      'app.kubernetes.io/name=backfill-workflow,app.kubernetes.io/component=journal,app.kubernetes.io/part-of=r',
    )
  })
})

describe('a plan in ConfigMaps', () => {
  const root = stored(rootManifest(NEW))

  /** A plan with so many bytes that do not compress. */
  function largePlan(bytes: number): Plan {
    const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(bytes))
    return { ...planOf(), warnings: [noise.toString('base64')] }
  }

  test('comes back whole from parts in any order', () => {
    const plan = largePlan(1_500_000)
    const parts = planParts(plan)
    expect(parts.length).toBeGreaterThan(1)
    const objects = parts.map((bytes, part) => planPartManifest({ ...root, planParts: parts.length }, part, bytes))
    expect(planFromParts({ ...root, planParts: parts.length }, objects.toReversed())).toEqual(plan)
    for (const { metadata } of objects) expect(metadata.ownerReferences?.[0]?.uid).toBe('u1')
  })

  test('is not read with a part missing or damaged', () => {
    const [only] = planParts(planOf())
    const object = planPartManifest(root, 0, only!)
    expect(() => planFromParts(root, [object])).toThrow(expect.objectContaining({ code: 'STATE_CORRUPT' }))
    const damaged = planPartManifest(root, 0, only!.subarray(0, 100))
    expect(() => planFromParts({ ...root, planParts: 1 }, [damaged])).toThrow(
      expect.objectContaining({ code: 'STATE_CORRUPT' }),
    )
  })

  test('that is larger than the cluster keeps is refused with both sizes', () => {
    expect(() => planParts(largePlan(16_000_000))).toThrow(expect.objectContaining({ code: 'PLAN_TOO_LARGE' }))
  })
})

describe('secrets of a plan', () => {
  const plan = planOf({ cluster: { tls: { verify: true, caFile: '/certs/ca.pem' } } })

  test('are known by Secret and key, certificates in Secrets among them', () => {
    const moved = changeSecrets(plan, { file: (_path, of) => mountedPath('run-credentials', of.replaceAll(' ', '-')) })
    expect(secretKeys(moved)).toEqual(
      new Map([
        ['login', new Set(['password', 'username'])],
        ['run-credentials', new Set(['source-source-m1-authority', 'target-target-authority'])],
      ]),
    )
  })

  test('stay where they are when nothing is changed', () => {
    expect(changeSecrets(plan, {})).toEqual(plan)
    expect(mountedKey('/certs/ca.pem')).toBeUndefined()
  })
})
