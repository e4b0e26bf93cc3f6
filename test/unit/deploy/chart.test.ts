import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { CHART_FOLDER, MANIFESTS, renderManifests } from '../../../scripts/chart/manifests.ts'
import { environmentRepository } from '../../../src/plan/environment-repository.ts'

interface Container {
  readonly command: readonly string[]
  readonly args?: readonly string[]
  readonly image: string
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly securityContext: unknown
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}
interface PodSpec {
  readonly name?: string
  readonly securityContext: unknown
  readonly volumes: readonly { readonly name: string }[]
  readonly containers: readonly Container[]
  readonly container?: Container
}
interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}
interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly rules?: readonly Rule[]
  readonly spec?: { readonly templates?: readonly PodSpec[]; readonly template?: { readonly spec: PodSpec } }
}

function objects(values: Record<string, unknown> = {}): readonly Manifest[] {
  return parseAllDocuments(renderManifests(values)).map((document) => {
    expect(document.errors).toEqual([])
    return document.toJS() as Manifest
  })
}

/** Every pod that the chart describes, with its containers. */
function pods(values: Record<string, unknown> = {}): readonly PodSpec[] {
  return objects(values).flatMap(({ spec }) => [
    ...(spec?.template === undefined ? [] : [spec.template.spec]),
    ...(spec?.templates ?? []).flatMap((one) =>
      one.container === undefined ? [] : [{ ...one, containers: [one.container] }],
    ),
  ])
}

function rights(role: string): readonly string[] {
  const rules = objects().find(({ kind, metadata }) => kind === 'Role' && metadata.name === role)?.rules ?? []
  return rules.flatMap(({ resources, verbs }) => resources.map((resource) => `${resource}: ${verbs.join(', ')}`))
}

describe('the plain manifests', () => {
  test('are the chart with its default values; npm run chart writes them', () => {
    expect(readFileSync(new URL(`../../../${MANIFESTS}`, import.meta.url), 'utf8')).toBe(renderManifests())
  })

  test('can be applied to any namespace', () => {
    expect(renderManifests()).not.toMatch(/^ {2}namespace:/m)
  })
})

describe('what the chart installs', () => {
  test('the templates that a Workflow refers to', () => {
    const template = objects().find(({ kind }) => kind === 'WorkflowTemplate')
    expect(template?.metadata.name).toBe('backfill-workflow')
    expect(template?.spec?.templates?.map(({ name }) => name)).toEqual([
      'step',
      'restore-documents',
      'planned',
      'plan',
      'work',
      'reconcile',
      'approval',
      'cleanup',
    ])
  })

  test('nothing outside of its namespace', () => {
    expect([...new Set(objects().map(({ kind }) => kind))].toSorted()).toEqual([
      'Deployment',
      'Role',
      'RoleBinding',
      'ServiceAccount',
      'WorkflowTemplate',
    ])
  })

  test('pods without any privilege, whose root file system cannot be written', () => {
    expect(pods()).toHaveLength(6)
    for (const pod of pods()) {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      for (const { securityContext } of pod.containers) {
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
      }
    }
  })

  test('pods of steps may read and write ConfigMaps, and no Secrets', () => {
    expect(rights('backfill-workflow-step')).toEqual([
      'configmaps: get, list, create, update',
      'workflowtaskresults: create, patch',
    ])
  })

  test('pods that mount what the Workflow or they themselves declare', () => {
    for (const pod of pods({ snapshotRepository: { volume: { claimName: 'snapshots' } } })) {
      const declared = [...pod.volumes.map(({ name }) => name), 'workflow-secrets']
      for (const { volumeMounts } of pod.containers) {
        expect(volumeMounts.map(({ name }) => name)).toContain('snapshots')
        for (const { name } of volumeMounts) expect(declared).toContain(name)
      }
    }
  })

  test('the image and the tag of the values', () => {
    const images = pods({ image: { repository: 'registry/team/image', tag: 'v7' } }).flatMap(
      ({ containers }) => containers,
    )
    expect(images.every(({ image }) => image === 'registry/team/image:v7')).toBe(true)
  })

  test('no console when it is not wanted', () => {
    expect(objects({ console: { enabled: false } }).some(({ kind }) => kind === 'Deployment')).toBe(false)
  })
})

describe('the default snapshot repository', () => {
  const repositoryWith = (snapshotRepository: object): unknown => {
    const [console] = pods({ snapshotRepository }).filter(({ name }) => name === undefined)
    const { env } = console!.containers[0]!
    return environmentRepository(env.find(({ name }) => name === 'WORKFLOW_SNAPSHOT_REPO')?.value)
  }

  test('is none without values', () => {
    expect(repositoryWith({})).toBeUndefined()
  })

  test('is a place in S3', () => {
    const s3 = { uri: 's3://bucket/prefix', region: 'eu-west-1', endpoint: 'https://minio:9000', pathStyle: true }
    expect(repositoryWith({ s3 })).toEqual({ type: 's3', ...s3 })
  })

  test('is a volume that source and pods share', () => {
    expect(repositoryWith({ volume: { claimName: 'a', sourcePath: '/mnt/a b' } })).toEqual({
      type: 'fs',
      sourcePath: '/mnt/a b',
      localPath: '/snapshots',
    })
  })

  test('is read with credentials that every pod has as a file', () => {
    for (const { containers } of pods({ snapshotRepository: { s3: { uri: 's3://b', credentialsSecret: 'aws' } } })) {
      const { env, volumeMounts } = containers[0]!
      expect(env).toContainEqual({ name: 'AWS_SHARED_CREDENTIALS_FILE', value: '/run/workflow/aws/credentials' })
      expect(volumeMounts).toContainEqual({ name: 'aws-credentials', mountPath: '/run/workflow/aws', readOnly: true })
    }
  })
})

test('the version of the chart is that of the program', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const chart = readFileSync(`${CHART_FOLDER}/Chart.yaml`, 'utf8')
  expect(chart).toContain(`\nversion: ${version}\nappVersion: ${version}\n`)
})
