import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LogLine } from '../../src/report/log-line.ts'
import { bootServer, type ServerHandle } from '../servers/boot.ts'
import { chooseJdk, findJdks } from '../servers/jdk.ts'
import { jdkMissing } from '../servers/messages.ts'
import { recipeOf } from '../servers/recipes.ts'
import { rest, type RestTarget } from '../servers/rest.ts'
import { startS3Server, type S3Server } from '../servers/s3/server.ts'
import { compareDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt, type Home } from './home.ts'
import { minimalWithSources, pageBlock } from './page-block.ts'
import { refusalOf } from './refusal.ts'
import { indexNames, wipe } from './target-state.ts'

const DOCUMENTS = 700
const RECIPE = recipeOf('opensearch', '3.8')
const noJdk = chooseJdk(RECIPE.java, findJdks()) === undefined ? jdkMissing(RECIPE, RECIPE.java, findJdks()) : undefined

/** The groups of the page's example, word for word. */
const PAGE_GROUPS = `      # Critical data: full migration
      - indices: ["orders-*", "customers-*"]
        metadataMigration:
          enabled: true
        documentBackfill:
          enabled: true
      
      # Historical logs: documents only
      - indices: ["logs-2023-*"]
        metadataMigration:
          enabled: false
        documentBackfill:
          enabled: true
      
      # Templates only: no documents
      - indices: ["templates-*"]
        metadataMigration:
          enabled: true
        documentBackfill:
          enabled: false
`

describe.skipIf(noJdk !== undefined)(
  `Elasticsearch 7.10.2 and OpenSearch 3.8, into OpenSearch 3.8${noJdk === undefined ? '' : ` [skipped: ${noJdk}]`}`,
  () => {
    const work = mkdtempSync(join(tmpdir(), 'e2e-several-'))
    let s3: S3Server
    let elasticsearch: ServerHandle
    let opensearch: ServerHandle
    let target: ServerHandle
    beforeAll(async () => {
      s3 = await startS3Server()
      for (const bucket of ['snapshots', 'my-bucket', 'existing-bucket']) await s3.createBucket(bucket)
      const { endpoint, accessKey, secretKey } = s3
      ;[elasticsearch, opensearch, target] = await Promise.all([
        bootServer({ distribution: 'elasticsearch', version: '7.10.2' }),
        bootServer({ distribution: 'opensearch', version: '3.8', s3: { endpoint, accessKey, secretKey } }),
        bootServer({ distribution: 'opensearch', version: '3.8' }),
      ])
      const onFirst = ['orders-2024', 'customers-eu', 'logs-2023-11', 'logs-2023-12', 'logs-2024-01', 'templates-mail']
      for (const index of ['source1-notes', ...onFirst]) await fill(elasticsearch, index)
      for (const index of ['source2-notes', 'source2-books']) await fill(opensearch, index)
    })
    beforeEach(() => wipe(target))
    afterAll(async () => {
      await Promise.all([elasticsearch.stop(), opensearch.stop(), target.stop()])
      await s3.stop()
      rmSync(work, { recursive: true, force: true })
    })

    /** The source's repository as a bucket that the source writes to itself. */
    const bucket = (prefix: string): string => `    snapshotRepo:
      s3RepoPathUri: s3://snapshots/${prefix}
      aws_region: ${s3.region}
      endpoint: ${s3.endpoint}
`
    const homeOf = (name: string): Home =>
      homeAt(join(work, name), { AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secretKey })
    async function submitted(home: Home): Promise<void> {
      const { code, stderr } = await home.run(['submit', '--wait', '--timeout', '300'])
      expect(code, stderr).toBe(0)
    }
    async function expectEqual(source: RestTarget, indices: readonly string[]): Promise<void> {
      const equal = indices.length * DOCUMENTS
      expect(await compareDocuments(source, target, indices)).toEqual({ equal, differences: [] })
    }

    test('a snapshot that the source writes to S3 is taken, read there, and removed', async () => {
      const home = homeOf('s3')
      await home.configure(pageConfiguration(opensearch, target, { source: bucket('nightly/of b') }))
      await submitted(home)
      expect((await home.run(['status'])).stdout).toContain('✓ Create Snapshot (Succeeded)')
      expect(await indexNames(target)).toEqual(['source2-books', 'source2-notes'])
      await expectEqual(opensearch, ['source2-books', 'source2-notes'])
      expect(await rest(opensearch).get('/_snapshot')).toEqual({})
      const { stdout } = await home.run(['output', '--step', 'Cleanup'])
      expect(stdout).toMatch(/Cleaned up: snapshot backfill-workflow\/migration-[0-9a-f]{6}-m1 of source my-source/)
      expect(stdout).toContain('Cleaned up: registration of repository backfill-workflow on source my-source')
    })

    describe('the configurations of the page that name a bucket, with only endpoints changed', () => {
      const indices = ['source2-books', 'source2-notes']

      /** The page's block with these servers' endpoints, and the endpoint of the S3 service below its region. */
      const pointed = (name: string): string =>
        minimalWithSources(pageBlock(name))
          .replaceAll(/https:\/\/source(-cluster)?:9200/g, opensearch.url)
          .replaceAll('https://target-cluster:9200', target.url)
          .replace(/^( *)aws_region: .*$/m, `$&\n$1endpoint: ${s3.endpoint}`)

      /** Runs the page's commands, and returns what the last of them shows. */
      async function runPage(home: Home, configuration: string): Promise<string> {
        expect((await home.run(['configure', 'sample', '--load'])).code).toBe(0)
        await home.configure(configuration)
        await submitted(home)
        await expectEqual(opensearch, indices)
        expect(await indexNames(target)).toEqual(indices)
        const { code, stdout } = await home.run(['status'])
        expect([code, stdout]).toEqual([0, expect.stringContaining('Phase: Succeeded')])
        return stdout
      }

      test('a snapshot goes to S3', async () => {
        const status = await runPage(homeOf('page-s3'), pointed('s3-snapshot'))
        expect(status).toContain('✓ Create Snapshot (Succeeded)')
        expect(await rest(opensearch).get('/_snapshot')).toEqual({})
      })

      test('existing snapshots stay where they are, and one is read when it is named', async () => {
        const settings = {
          bucket: 'existing-bucket',
          base_path: 'existing-snapshots',
          endpoint: s3.endpoint,
          path_style_access: true,
          server_side_encryption_type: 'bucket_default',
        }
        const client = rest(opensearch)
        await client.put('/_snapshot/theirs', { type: 's3', settings })
        await client.put('/_snapshot/theirs/nightly?wait_for_completion=true', { include_global_state: false })
        const kept = async (): Promise<string[]> => {
          const found = await client.get<{ snapshots: { snapshot: string }[] }>('/_snapshot/theirs/_all')
          return found.snapshots.map(({ snapshot }) => snapshot)
        }
        const block = pointed('existing-snapshots')
        expect(await runPage(homeOf('page-beside'), block)).toContain('✓ Create Snapshot (Succeeded)')
        expect(await kept()).toEqual(['nightly'])

        await wipe(target)
        const named = block.replace(/^ {4}snapshotRepo:$/m, '    existingSnapshot: latest\n$&')
        expect(await runPage(homeOf('page-existing'), named)).toContain('⊘ Create Snapshot (Skipped)')
        expect(await kept()).toEqual(['nightly'])
        expect(Object.keys(await client.get('/_snapshot'))).toEqual(['theirs'])
        await client.delete('/_snapshot/theirs')
      })
    })

    describe('a mistake in how the bucket is reached', () => {
      /** How planning ends with a repository, other keys, and more lines of the source cluster. */
      async function refusal(change: {
        readonly uri?: string
        readonly endpoint?: string
        readonly keys?: Readonly<Record<string, string>>
        readonly more?: string
      }): Promise<{ code: number | null; said: string }> {
        const { uri = 's3://my-bucket/none', endpoint = s3.endpoint, keys = {}, more = '' } = change
        const repository = `    snapshotRepo:
      s3RepoPathUri: ${uri}
      aws_region: ${s3.region}
      endpoint: ${endpoint}
${more}`
        const right = { AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secretKey }
        const home = homeAt(join(work, 'mistakes'), { ...right, ...keys })
        const { code, said } = await refusalOf(home, pageConfiguration(opensearch, target, { source: repository }))
        return { code, said: said.replace(/request \w+\)/, 'request …)') }
      }

      test('a bucket that does not exist', async () => {
        expect(await refusal({ uri: 's3://mine-bucket/none' })).toEqual({
          code: 7,
          said: `Error: list s3://mine-bucket/none/: NoSuchBucket: The specified bucket does not exist (HTTP 404, request …)
  Code: REPOSITORY_NOT_FOUND
  Hint: Check the name of the bucket, the endpoint and whether path style addressing is needed.
`,
        })
      })

      test('an access key that the service does not know', async () => {
        expect(await refusal({ keys: { AWS_ACCESS_KEY_ID: 'nobody' } })).toEqual({
          code: 1,
          said: `Error: list s3://my-bucket/none/: InvalidAccessKeyId: The access key ID you provided does not exist in our records (HTTP 403, request …)
  Code: STORE_DENIED
  Hint: The store does not know the access key: check which credentials are in use.
`,
        })
      })

      test('a secret key of another access key', async () => {
        expect(await refusal({ keys: { AWS_SECRET_ACCESS_KEY: 'nothing' } })).toEqual({
          code: 1,
          said: `Error: list s3://my-bucket/none/: SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided. Check your key and signing method (HTTP 403, request …)
  Code: STORE_DENIED
  Hint: The secret key does not belong to the access key: check both.
`,
        })
      })

      test('an existing snapshot where there is no repository', async () => {
        expect(await refusal({ more: '    existingSnapshot: latest\n' })).toEqual({
          code: 7,
          said: `Error: open repository s3://my-bucket/none: the location is empty or does not exist
  Code: REPOSITORY_NOT_FOUND
  Hint: Give the folder or prefix that contains index.latest.
`,
        })
      })

      test('the endpoint of a cluster in place of that of the bucket', async () => {
        expect(await refusal({ endpoint: target.url })).toEqual({
          code: 1,
          said: `Error: list s3://my-bucket/none/: what answers does not speak S3 (HTTP 400)
  Code: STORE_UNREACHABLE
  Hint: Check that the endpoint is an S3 service and that the name of the bucket is right.
`,
        })
      })

      test('https:// before a port that speaks no TLS', async () => {
        expect(await refusal({ endpoint: s3.endpoint.replace('http:', 'https:') })).toEqual({
          code: 1,
          said: `Error: list s3://my-bucket/none/: no TLS connection: wrong version number
  Code: STORE_UNREACHABLE
  Hint: The endpoint does not speak TLS: an address that starts with http:// may be meant.
`,
        })
      })
    })

    test('two sources go into one target side by side', async () => {
      const home = homeOf('two')
      await home.configure(`sourceClusters:
  source-1:
    endpoint: ${elasticsearch.url}
  source-2:
    endpoint: ${opensearch.url}
${bucket('two')}
targetClusters:
  target:
    endpoint: ${target.url}

migrations:
  - sourceCluster: source-1
    targetCluster: target
    snapshotMigrations:
      - indices: ["source1-*"]
  
  - sourceCluster: source-2
    targetCluster: target
    snapshotMigrations:
      - indices: ["source2-*"]
`)
      await submitted(home)
      expect(await indexNames(target)).toEqual(['source1-notes', 'source2-books', 'source2-notes'])
      await expectEqual(elasticsearch, ['source1-notes'])
      await expectEqual(opensearch, ['source2-books', 'source2-notes'])
      const { stdout } = await home.run(['status'])
      expect(stdout).toContain('source-1 → target')
      expect(stdout).toContain('source-2 → target')

      const output = await home.run(['output', '-o', 'json'])
      const lines = output.stdout.trimEnd().split('\n')
      const log = lines.map((line) => JSON.parse(line) as LogLine)
      const at = (step: string, message: string): string =>
        log.find((line) => line.step === step && line.message.startsWith(message))!.at
      for (const [one, other] of [
        ['m1', 'm2'],
        ['m2', 'm1'],
      ] as const) {
        expect(at(`${one}/create-snapshot`, 'started') < at(`${other}g1/verify`, 'done'), stdout).toBe(true)
      }
    })

    test('the groups of the page are treated each in its own way', async () => {
      const home = homeOf('groups')
      await home.configure(pageConfiguration(elasticsearch, target, { groups: PAGE_GROUPS }))
      await submitted(home)
      const moved = ['customers-eu', 'logs-2023-11', 'logs-2023-12', 'orders-2024']
      expect(await indexNames(target)).toEqual([...moved, 'templates-mail'])
      await expectEqual(elasticsearch, moved)
      expect(await rest(target).get('/templates-mail/_count')).toMatchObject({ count: 0 })
      expect(await mappingOf(target, 'templates-mail')).toEqual(await mappingOf(elasticsearch, 'templates-mail'))
      expect(await mappingOf(target, 'orders-2024')).toEqual(await mappingOf(elasticsearch, 'orders-2024'))
      // Without its metadata an index has the fields that its documents show, and no others.
      expect(await mappingOf(target, 'logs-2023-11')).not.toHaveProperty('unused')
      const { stdout } = await home.run(['status'])
      expect(stdout).toContain('logs-2023-*')
      expect(stdout.match(/⊘ Migrate Metadata \(Skipped\)/g)).toHaveLength(1)
      expect(stdout.match(/⊘ Restore Documents \(Skipped\)/g)).toHaveLength(1)
    })

    test('a configuration that was changed runs what has changed, as long as the rest is still there', async () => {
      // A folder of its own for each attempt: what was done is not done again.
      const home = homeAt(mkdtempSync(join(work, 'changed-')))
      const configured = (groups: string): Promise<void> =>
        home.configure(pageConfiguration(elasticsearch, target, { groups }))
      const orders = '      - indices: ["orders-*"]\n'
      await configured(orders)
      await submitted(home)
      const first = (await home.view()).name
      const writes = await writesOf(target, 'orders-2024')

      await configured(`      - indices: ["customers-*"]\n${orders}`)
      const { code, stderr } = await home.run(['submit', '--wait', '--timeout', '300'])
      expect(code, stderr).toBe(0)
      expect(stderr).toContain('done unchanged are skipped (1)')
      const { stdout } = await home.run(['status'])
      expect(stdout).toContain(`⊘ Restore Documents (Skipped) done by ${first}, and nothing of it has changed`)
      await expectEqual(elasticsearch, ['customers-eu', 'orders-2024'])
      expect(await writesOf(target, 'orders-2024')).toBe(writes)

      await rest(target).delete('/orders-2024')
      await configured(`      - indices: ["customers-*"]\n${orders}      - indices: ["logs-*"]\n`)
      const gone = await home.run(['submit', '--wait', '--timeout', '300'])
      expect(gone.code, gone.stderr).toBe(1)
      expect(gone.stderr).toContain('VERIFY_DIFFERENCES')
      expect(gone.stderr).toContain('orders-2024')
      expect(await indexNames(target)).toEqual(['customers-eu'])
    })
  },
)

/** An index of two shards, a part of whose documents have a routing of their own, with a field that none of them has. */
async function fill(server: RestTarget, index: string): Promise<void> {
  await rest(server).put(`/${index}`, {
    settings: { number_of_shards: 2, number_of_replicas: 0 },
    mappings: { properties: { n: { type: 'integer' }, text: { type: 'text' }, unused: { type: 'ip' } } },
  })
  const lines = Array.from({ length: DOCUMENTS }, (_, n) => [
    { index: { _index: index, _id: `${index} ${n}`, ...(n % 5 === 0 && { routing: `r${n % 3}` }) } },
    `{"n":${n}, "text":"жѡ \u2028${'x'.repeat(n % 40)}","exact":9007199254740993.5,"parts":[{"b":1},null,[]]}`,
  ])
  await rest(server).bulk(lines.flat())
}

/** Documents that an index of the server has taken. */
async function writesOf(server: RestTarget, index: string): Promise<number> {
  const { _all } = await rest(server).get<{ _all: { primaries: { indexing: { index_total: number } } } }>(
    `/${index}/_stats/indexing`,
  )
  return _all.primaries.indexing.index_total
}

async function mappingOf(server: RestTarget, index: string): Promise<object> {
  const answer = await rest(server).get<Record<string, { mappings: { properties: object } }>>(`/${index}/_mapping`)
  return answer[index]!.mappings.properties
}
