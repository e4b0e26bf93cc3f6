import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadShop } from '../../scripts/demo/load-shop.ts'
import { bootServer, type ServerHandle } from '../servers/boot.ts'
import { rest } from '../servers/rest.ts'
import { startS3Server, type S3Server } from '../servers/s3/server.ts'
import { compareDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt } from './home.ts'
import { indexNames, wipe } from './target-state.ts'

const INDICES = ['feedback', 'stores']
const COMPLETE = { equal: 4000, differences: [] }

describe('an existing snapshot', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-repositories-'))
  let source: ServerHandle
  let target: ServerHandle
  let s3: S3Server
  beforeAll(async () => {
    ;[source, target, s3] = await Promise.all([
      bootServer({
        distribution: 'elasticsearch',
        version: '7.10.2',
        repositoryFolder: join(work, 'buckets', 'shop-snapshots'),
      }),
      bootServer({ distribution: 'opensearch', version: '2.19', heap: '768m' }),
      startS3Server({ folder: join(work, 'buckets') }),
    ])
    const client = rest(source)
    await loadShop(client, { indices: INDICES })
    await client.put('/_snapshot/kept', { type: 'fs', settings: { location: join(source.repositoryFolder, 'kept') } })
    await client.put('/_snapshot/kept/nightly?wait_for_completion=true')
    // What comes after the snapshot is not in it.
    await client.put('/later/_doc/1', { n: 1 })
  })
  beforeEach(() => wipe(target))
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop(), s3.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  async function expectUntouched(): Promise<void> {
    expect(await indexNames(target)).toEqual(INDICES)
    expect(await compareDocuments(source, target, INDICES)).toEqual(COMPLETE)
    const { snapshots } = await rest(source).get<{ snapshots: { snapshot: string }[] }>('/_snapshot/kept/_all')
    expect(snapshots.map(({ snapshot }) => snapshot)).toEqual(['nightly'])
    expect(Object.keys(await rest(source).get('/_snapshot'))).toEqual(['kept'])
  }

  test('in a registered repository is read, and left as it is', async () => {
    const home = homeAt(join(work, 'registered'))
    const repository = '    snapshotRepo:\n      repoName: kept\n    existingSnapshot: nightly\n'
    await home.configure(pageConfiguration(source, target, { source: repository }))
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(0)
    expect((await home.run(['status'])).stdout).toContain('⊘ Create Snapshot (Skipped)')
    await expectUntouched()
  })

  test('is read through S3, with credentials of the environment', async () => {
    const home = homeAt(join(work, 's3'), { AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secretKey })
    const repository = `    snapshotRepo:
      s3RepoPathUri: s3://shop-snapshots/kept
      aws_region: ${s3.region}
      endpoint: ${s3.endpoint}
    existingSnapshot: latest
`
    await home.configure(pageConfiguration(source, target, { source: repository }))
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(0)
    await expectUntouched()
  })

  test('that is not there is refused before anything is changed', async () => {
    const home = homeAt(join(work, 'missing'))
    const repository = '    snapshotRepo:\n      repoName: kept\n    existingSnapshot: weekly\n'
    await home.configure(pageConfiguration(source, target, { source: repository }))
    const submitted = await home.run(['submit', '--wait'])
    expect(submitted.code).toBe(7)
    expect(submitted.stderr).toContain('SNAPSHOT_NOT_FOUND')
    expect(submitted.stderr).toContain('nightly')
    expect(await indexNames(target)).toEqual([])
  })
})
