import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { loadShop } from '../../scripts/demo/load-shop.ts'
import type { RunView } from '../../src/report/run-view.ts'
import { compareDocuments } from '../e2e/compare.ts'
import { pageConfiguration } from '../e2e/configuration.ts'
import { indexNames, wipe } from '../e2e/target-state.ts'
import { bootServer } from '../servers/boot.ts'
import { exposePort } from '../servers/expose.ts'
import { restartController } from '../servers/kubernetes/control.ts'
import { whySkipped } from '../servers/kubernetes/why-skipped.ts'
import { rest } from '../servers/rest.ts'
import { startS3Server, type S3Server } from '../servers/s3/server.ts'
import { ADMIN } from '../servers/security.ts'
import { openConsole, type Console } from './console.ts'
import { bootExposed, type ExposedServers } from './servers.ts'

const cluster = inject('kubernetes')
const INDICES = ['feedback', 'stores']
const DOCUMENTS = 4000
/** The tree of the page, with every step at its end. */
const FINISHED = `
📋 Workflow Steps
├── ✓ Initialize (Succeeded)
├── ✓ Create Snapshot (Succeeded)
├── ✓ Register Snapshot (Succeeded)
├── ✓ Migrate Metadata (Succeeded)
├── ✓ Restore Documents (Succeeded)
├── ✓ Verify (Succeeded)
└── ✓ Cleanup (Succeeded)
`
/** So many pods that a small machine can bear. */
const FEW_PODS = 'parallelism: 3\n'
const SLOW = '    requestsPerSecond: 5\n'
const slowGroup = (workers: number, bulkDocs: number): string => `      - indices: ["feedback"]
        documentBackfill:
          workers: ${workers}
          bulkDocs: ${bulkDocs}
`
const STORES = '      - indices: ["stores"]\n'
/** The certificate of the target is for the loopback of this machine. */
const LOGIN = `    authConfig:
      basic:
        secretName: target-login
    tls:
      verify: false
`
const ADMIN_NAME = ['--username', ADMIN.username]
/** Where pods have the keys of the snapshot repository. */
const AWS_FILE = '/run/workflow/aws/credentials'
const OLD_KEY = ['old-key', 'secret-of-old-key'] as const
const NEW_KEY = ['new-key', 'secret-of-new-key'] as const

describe.skipIf(cluster === undefined)(`the page on Kubernetes, from the migration console${whySkipped()}`, () => {
  let servers: ExposedServers
  let s3: S3Server
  let s3Port: { close(): Promise<void>; readonly authority: string }
  let console: Console
  let home: Console['home']
  beforeAll(async () => {
    servers = await bootExposed(cluster!.hostAddress, { security: true })
    s3 = await startS3Server({ folder: servers.snapshots, keys: [OLD_KEY, NEW_KEY] })
    s3Port = await exposePort(cluster!.hostAddress, Number(new URL(s3.endpoint).port))
    await loadShop(rest(servers.source), { indices: INDICES })
    const awsCredentials = keysFile(OLD_KEY)
    console = await openConsole(cluster!, 'page', { snapshots: servers.snapshots, awsCredentials })
    home = console.home
    const created = await home.run(
      ['configure', 'credentials', 'create', 'target-login', ...ADMIN_NAME],
      ADMIN.password,
    )
    expect(created.code, created.stderr).toBe(0)
  })
  beforeEach(() => wipe(servers.target))
  afterAll(async () => {
    console.close()
    await Promise.all([s3Port.close(), s3.stop()])
    await servers.close()
  })

  async function configure(parts: Parameters<typeof pageConfiguration>[2]): Promise<void> {
    const { source, target } = servers.seen
    const text = pageConfiguration(source, target, {
      source: servers.repository,
      ...parts,
      target: LOGIN + (parts?.target ?? ''),
    })
    await home.configure(`${text}${FEW_PODS}`)
  }

  /** Every document is there, and nothing else that the runs made. */
  async function expectMoved(indices = INDICES, documents = DOCUMENTS): Promise<void> {
    await expectDocuments(indices, documents)
    expect(temporaryObjects()).toEqual([])
  }

  async function expectDocuments(indices: readonly string[], documents: number): Promise<void> {
    const { source, target } = servers
    expect(await compareDocuments(source, target, indices)).toEqual({ equal: documents, differences: [] })
    expect(await indexNames(target)).toEqual(indices)
    expect(await rest(target).get('/_snapshot')).toEqual({})
  }

  function workersRunning(): string[] {
    const pods = console.kubectl(['get', 'pods', '-o', 'name', '--field-selector', 'status.phase=Running'])
    return pods.split('\n').flatMap((pod) => (pod.includes('-work-') ? [pod.replace('pod/', '')] : []))
  }

  /** What only a run that goes on may have in the namespace. */
  function temporaryObjects(): string[] {
    const found = JSON.parse(console.kubectl(['get', 'workflows,pods,configmaps,secrets', '-o', 'json'])) as {
      items: {
        kind: string
        metadata: { name: string; labels?: Record<string, string> }
        status?: { phase?: string }
      }[]
    }
    const parts = (name: string): string => `app.kubernetes.io/${name}`
    return found.items
      .filter(({ kind, metadata: { name, labels = {} }, status }) => {
        const ended = ['Succeeded', 'Failed', 'Error'].includes(status?.phase ?? '')
        if (kind === 'Workflow') return labels[parts('component')] !== 'workflow' || !ended
        if (kind === 'Pod') return labels[parts('component')] === 'step' && !ended
        // What people keep: the configuration, and logins, of which the sample has two.
        const kept = ['configuration', 'login'].includes(labels[parts('component')] ?? '')
        const lasting = kept || ['kube-root-ca.crt', 'aws-credentials'].includes(name)
        return labels[parts('part-of')] === undefined && !lasting
      })
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  }

  async function viewOf(name: string): Promise<RunView> {
    return JSON.parse((await home.run(['status', name, '-o', 'json'])).stdout) as RunView
  }

  async function changePassword(password: string): Promise<void> {
    const { code, stderr } = await home.run(['configure', 'credentials', 'update', 'target-login'], password)
    expect(code, stderr).toBe(0)
  }

  test('from the sample to the end, with the tree of the page', async () => {
    expect((await home.run(['configure', 'sample', '--load'])).code).toBe(0)
    await configure({})
    const submitted = await home.run(['submit', '--wait', '--timeout', '3600'])
    expect(submitted.code, submitted.stderr).toBe(0)
    expect(submitted.stdout).toMatch(/^migration-[0-9a-f]{6}\n$/)
    const status = await home.run(['status'])
    expect(status.stdout.endsWith(FINISHED), status.stdout).toBe(true)
    await expectMoved()
    expect(await rest(servers.source).get('/_snapshot')).toEqual({})
    expect(console.kubectl(['get', 'workflowtemplates', '-o', 'name'])).toContain('backfill-workflow')
  })

  test('an existing snapshot is read from S3 by the pods, with keys that are exchanged while they load', async () => {
    const client = rest(servers.source)
    const location = `${servers.snapshots}/shop/kept`
    await client.put('/_snapshot/kept', { type: 'fs', settings: { location } })
    await client.put('/_snapshot/kept/nightly?wait_for_completion=true')
    await client.delete('/_snapshot/kept')
    const source = `    snapshotRepo:
      s3RepoPathUri: s3://shop/kept
      aws_region: ${s3.region}
      endpoint: http://${s3Port.authority}
    existingSnapshot: latest
`
    const bulkDocs = 6
    await configure({ source, target: SLOW, groups: slowGroup(2, bulkDocs) })
    expect((await home.run(['submit'])).code).toBe(0)
    await home.until((view) => !view.alive || documentsDone(view) > 0)
    console.keepAwsCredentials(keysFile(NEW_KEY))
    const [worker] = workersRunning()
    const seen = (): string => console.kubectl(['exec', worker!, '-c', 'main', '--', 'cat', AWS_FILE])
    const exchanged = await home.until(() => seen().includes(NEW_KEY[0]))
    // A worker looks at the file every five seconds, in which two pods cannot load so many documents.
    const enough = documentsDone(exchanged) + 2 * 2 * 5 * 5 * bulkDocs
    const later = await home.until((view) => !view.alive || documentsDone(view) > enough)
    expect(later).toMatchObject({ alive: true, phase: 'Running' })
    await s3.stop()
    const port = Number(new URL(s3.endpoint).port)
    s3 = await startS3Server({ folder: servers.snapshots, keys: [NEW_KEY], port })
    const ended = await home.until(({ alive }) => !alive)
    expect(ended.phase, JSON.stringify(ended)).toBe('Succeeded')
    expect(ended.steps.find(({ kind }) => kind === 'create-snapshot')?.phase).toBe('Skipped')
    await expectMoved(['feedback'], 3500)
  })

  test('two sources migrate beside each other', async () => {
    const { source, target } = servers.seen
    const folder = join(servers.snapshots, 'second')
    const second = await bootServer({ distribution: 'elasticsearch', version: '7.10.2', repositoryFolder: folder })
    const exposed = await exposePort(cluster!.hostAddress, Number(new URL(second.url).port))
    try {
      await loadShop(rest(second), { indices: ['stores'] })
      const text = `sourceClusters:
  source-1:
    endpoint: ${source.url}
${servers.repository}  source-2:
    endpoint: http://${exposed.authority}
${servers.repository.replaceAll('/own', '/second/own')}targetClusters:
  target:
    endpoint: ${target.url}
${LOGIN}migrations:
  - sourceCluster: source-1
    targetCluster: target
    snapshotMigrations:
      - indices: ["feedback"]
  - sourceCluster: source-2
    targetCluster: target
    snapshotMigrations:
      - indices: ["stores"]
${FEW_PODS}`
      await home.configure(text)
      const submitted = await home.run(['submit', '--wait', '--timeout', '600'])
      expect(submitted.code, submitted.stderr).toBe(0)
      const { steps } = await home.view()
      const [one, other] = steps.filter(({ kind }) => kind === 'create-snapshot')
      expect(one!.path).toEqual(['source-1 → target'])
      expect(Date.parse(other!.startedAt!)).toBeLessThan(Date.parse(one!.finishedAt!) + 10_000)
      await expectMoved()
    } finally {
      await exposed.close()
      await second.stop()
    }
  })

  test('a worker pod deleted with force and a controller restarted in mid-load cost no document', async () => {
    await configure({ groups: slowGroup(3, 5), target: SLOW })
    expect((await home.run(['submit'])).code).toBe(0)
    const loading = await home.until((view) => !view.alive || documentsDone(view) > 200)
    const explanation = await home.run(['explain', loading.name])
    expect(explanation.stdout, explanation.stderr).toMatch(/HELD BY\nm1g1\/restore-documents +feedback\S+ +\S+-work-/)
    const [worker] = workersRunning()
    console.kubectl(['delete', 'pod', worker!, '--force', '--grace-period=0'])
    await restartController(cluster!)
    const ended = await home.until(({ alive }) => !alive)
    expect(ended.phase, JSON.stringify(ended)).toBe('Succeeded')
    await expectMoved(['feedback'], 3500)
  })

  test('templates that went away and a password that became wrong end a run at once, and can be put right', async () => {
    await configure({ groups: `${STORES}        approval: [restore-documents]\n` })
    const gated = await home.run(['submit', '--name', 'gated', '--wait', '--timeout', '300'])
    expect(gated.code, gated.stderr).toBe(6)
    console.kubectl(['delete', 'workflowtemplate', 'backfill-workflow'])
    // By its name, since the controller may have ended the run before this: the resumed one passes the gate all the same.
    expect((await home.run(['approve', 'gated', '--step', 'm1g1/restore-documents'])).code).toBe(0)
    const lacking = await home.until(({ alive }) => !alive)
    expect(lacking, JSON.stringify(lacking)).toMatchObject({
      phase: 'Failed',
      hindrance: {
        code: 'ARGO_TEMPLATES_MISSING',
        hint: expect.stringContaining('kubectl get workflowtemplates -n page') as string,
      },
    })
    console.install({})
    await changePassword('not-the-password')
    const resumed = await home.run(['resume', 'gated'])
    expect(resumed.code, resumed.stderr).toBe(0)
    // Without a second try: the pod says that it makes no sense.
    const failed = await home.until(({ alive }) => !alive)
    expect(failed.phase, JSON.stringify(failed)).toBe('Failed')
    const step = failed.steps.find(({ kind }) => kind === 'restore-documents')!
    expect(step.failure).toMatchObject({ code: 'CLUSTER_AUTH', hint: expect.stringContaining('password') as string })
    const label = 'app.kubernetes.io/part-of=gated,backfill-workflow/step=m1g1.restore-documents'
    const pods = console.kubectl(['get', 'pods', '-l', label, '-o', 'name']).trim().split('\n')
    expect(pods).toHaveLength(1)

    const again = await home.run(['submit', '--name', 'gated'])
    expect(again.stderr).toContain('CLUSTER_AUTH')
    expect(again.code).toBe(1)
    await changePassword(ADMIN.password)
    const submitted = await home.run(['submit', '--name', 'gated', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(0)
    await expectDocuments(['stores'], 500)
  })

  test('pods that cannot start are explained with what to do about it, and such runs can be stopped', async () => {
    const stuck = async (name: string, values: Readonly<Record<string, unknown>>): Promise<void> => {
      console.install({ console: { enabled: false }, ...values })
      const submitted = await home.run(['submit', '--fresh', '--name', name])
      expect(submitted.code, submitted.stderr).toBe(0)
    }
    const explained = async (name: string, reason: RegExp): Promise<void> => {
      let view = await viewOf(name)
      while (!reason.test(view.hindrance?.message ?? '')) view = await viewOf(name)
      expect(view).toMatchObject({ phase: 'Pending', alive: true, hindrance: { code: 'POD_PENDING' } })
      expect(view.hindrance!.hint).toMatch(/kubectl describe (pod|quota)/)
      const explanation = await home.run(['explain', name])
      expect(explanation.stdout).toMatch(reason)
      expect(explanation.stdout).toContain('POD_PENDING')
    }
    await configure({ groups: STORES })
    await stuck('room', { steps: { resources: { requests: { cpu: '1000' } } } })
    await stuck('image', { image: { repository: 'localhost/absent' } })
    console.kubectl(['create', 'quota', 'nothing', '--hard=pods=0'])
    await stuck('quota', {})
    await explained('room', /no node has room for it: .*Insufficient cpu/)
    await explained('image', /its image cannot be pulled/)
    await explained('quota', /exceeded quota: nothing/)
    // The exit handler is a pod, too.
    console.kubectl(['delete', 'quota', 'nothing'])
    for (const name of ['room', 'image']) expect((await home.run(['stop', name, '--wait'])).code).toBe(0)
    expect((await viewOf('room')).phase).toBe('Stopped')
    const ended = await home.until(({ alive }) => !alive)
    expect(ended, JSON.stringify(ended)).toMatchObject({ name: 'quota', phase: 'Succeeded' })
    await expectDocuments(['stores'], 500)
  })

  test('without the templates nothing is started', async () => {
    console.kubectl(['delete', 'workflowtemplate', 'backfill-workflow'])
    const before = console.kubectl(['get', 'configmaps', '-o', 'name'])
    await configure({ groups: '      - indices: ["sto*"]\n' })
    const submitted = await home.run(['submit'])
    expect(submitted.code).toBe(1)
    expect(submitted.stderr).toContain('ARGO_TEMPLATES_MISSING')
    expect(submitted.stderr).toContain('kubectl get workflowtemplates -n page')
    expect(console.kubectl(['get', 'configmaps', '-o', 'name'])).toBe(before)
    console.install({})
  })

  test('runs that are deleted take everything of them along', () => {
    console.kubectl(['delete', 'configmap', '-l', 'app.kubernetes.io/component=run'])
    const kinds = 'configmap,secret,workflow,pod'
    const label = 'app.kubernetes.io/part-of'
    console.kubectl(['wait', '--for=delete', kinds, '-l', label, '--timeout=60s'])
    expect(console.kubectl(['get', kinds, '-l', label, '-o', 'name'])).toBe('')
    expect(temporaryObjects()).toEqual([])
  })
})

function keysFile([accessKey, secretKey]: readonly [string, string]): string {
  return `[default]\naws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`
}

function documentsDone({ steps }: RunView): number {
  return steps.find(({ kind }) => kind === 'restore-documents')?.progress?.documents?.done ?? 0
}
