import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { loadShop } from '../../scripts/demo/load-shop.ts'
import type { RunView } from '../../src/report/run-view.ts'
import { compareDocuments } from '../e2e/compare.ts'
import { pageConfiguration } from '../e2e/configuration.ts'
import { indexNames, wipe } from '../e2e/target-state.ts'
import { bootServer } from '../servers/boot.ts'
import { exposePort } from '../servers/expose.ts'
import { rest } from '../servers/rest.ts'
import { startS3Server, type S3Server } from '../servers/s3/server.ts'
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
const SLOW_GROUP = `      - indices: ["feedback"]
        documentBackfill:
          bulkDocs: 20
`

describe.skipIf(cluster === undefined)('the page on Kubernetes, from the migration console', () => {
  let servers: ExposedServers
  let s3: S3Server
  let s3Port: { close(): Promise<void>; readonly authority: string }
  let console: Console
  let home: Console['home']
  beforeAll(async () => {
    servers = await bootExposed(cluster!.hostAddress)
    s3 = await startS3Server({ folder: servers.snapshots })
    s3Port = await exposePort(cluster!.hostAddress, Number(new URL(s3.endpoint).port))
    await loadShop(rest(servers.source), { indices: INDICES })
    const awsCredentials = `[default]\naws_access_key_id = ${s3.accessKey}\naws_secret_access_key = ${s3.secretKey}\n`
    console = await openConsole(cluster!, 'page', { snapshots: servers.snapshots, awsCredentials })
    home = console.home
  })
  beforeEach(() => wipe(servers.target))
  afterAll(async () => {
    console.close()
    await Promise.all([s3Port.close(), s3.stop()])
    await servers.close()
  })

  async function configure(parts: Parameters<typeof pageConfiguration>[2]): Promise<void> {
    const { source, target } = servers.seen
    const text = pageConfiguration(source, target, { source: servers.repository, ...parts })
    await home.configure(`${text}${FEW_PODS}`)
  }

  /** Every document is there, and nothing else that the runs made. */
  async function expectMoved(indices = INDICES, documents = DOCUMENTS): Promise<void> {
    const { source, target } = servers
    expect(await compareDocuments(source, target, indices)).toEqual({ equal: documents, differences: [] })
    expect(await indexNames(target)).toEqual(indices)
    expect(await rest(target).get('/_snapshot')).toEqual({})
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

  test('an existing snapshot is read from S3 by the pods', async () => {
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
    await configure({ source })
    const submitted = await home.run(['submit', '--wait', '--timeout', '600'])
    expect(submitted.code, submitted.stderr).toBe(0)
    expect((await home.run(['status'])).stdout).toContain('⊘ Create Snapshot (Skipped)')
    await expectMoved()
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
migrations:
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

  test('a worker pod that is deleted with force in mid-load costs no document', async () => {
    await configure({ groups: SLOW_GROUP, target: '    requestsPerSecond: 5\n' })
    expect((await home.run(['submit'])).code).toBe(0)
    await home.until((view) => !view.alive || documentsDone(view) > 200)
    const pods = console.kubectl(['get', 'pods', '-o', 'name', '--field-selector', 'status.phase=Running'])
    const [worker] = pods.split('\n').filter((pod) => pod.includes('-work-'))
    console.kubectl(['delete', worker!, '--force', '--grace-period=0'])
    const ended = await home.until(({ alive }) => !alive)
    expect(ended.phase, JSON.stringify(ended)).toBe('Succeeded')
    await expectMoved(['feedback'], 3500)
  })

  test('a pod that no node has room for is explained, and can be stopped', async () => {
    console.install({ steps: { resources: { requests: { cpu: '1000' } } } })
    await configure({ groups: '      - indices: ["stores"]\n' })
    expect((await home.run(['submit'])).code).toBe(0)
    const stuck = await home.until(({ message }) => message?.includes('no node has room') === true)
    expect(stuck).toMatchObject({ phase: 'Pending', alive: true })
    expect((await home.run(['status'])).stdout).toMatch(/Initialize \(Pending\) pod .* Insufficient cpu/)
    console.install({})
    expect((await home.run(['stop', '--wait'])).code).toBe(0)
    expect((await home.view()).phase).toBe('Stopped')
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
})

function documentsDone({ steps }: RunView): number {
  return steps.find(({ kind }) => kind === 'restore-documents')?.progress?.documents?.done ?? 0
}
