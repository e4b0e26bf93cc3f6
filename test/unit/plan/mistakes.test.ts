import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { runCli } from '../cli/world.ts'
import { makeCertificates, type Certificates } from '../http/certificates.ts'
import { startScriptedServer, type Reply, type ScriptedServer, type SeenRequest } from '../http/scripted-server.ts'
import { fakeCluster, type FakeState } from './fake-cluster.ts'

/** Answers of a fake cluster over a real socket. */
function script(state: FakeState): (request: SeenRequest) => Promise<Reply> {
  const { http } = fakeCluster(state)
  return async ({ method, url }) => {
    const path = new URL(url, 'http://host').pathname
    const wanted = { method: method as 'GET', path, deadlineMs: 1000, idempotent: true }
    const { status, body } = await http.request(wanted, new AbortController().signal)
    return { status, body: new TextDecoder().decode(body) }
  }
}

const folder = mkdtempSync(join(tmpdir(), 'plan-mistakes-'))
const servers: ScriptedServer[] = []
let certificates: Certificates
let source: ScriptedServer
let target: ScriptedServer

async function start(state: FakeState, tls?: { cert: string; key: string }): Promise<ScriptedServer> {
  const server = await startScriptedServer(script(state), tls === undefined ? {} : { tls })
  servers.push(server)
  return server
}

/** A port that nothing listens on any more. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

beforeAll(async () => {
  certificates = makeCertificates()
  source = await start({ indices: [{ index: 'logs-1' }] })
  target = await start({ distribution: 'opensearch' })
})
afterAll(async () => {
  for (const server of servers) await server.close()
  certificates.remove()
  rmSync(folder, { recursive: true })
})

interface Mistake {
  readonly source?: string
  readonly target?: string
  readonly sourceKeys?: readonly string[]
  readonly indices?: string
  readonly repository?: string
}

async function planWith(mistake: Mistake) {
  const text = [
    'sourceClusters:',
    '  prod:',
    `    endpoint: "${mistake.source ?? source.url}"`,
    `    snapshotRepo: ${mistake.repository ?? `{ fsRepoPath: ${folder} }`}`,
    ...(mistake.sourceKeys ?? []).map((line) => `    ${line}`),
    'targetClusters:',
    '  new:',
    `    endpoint: "${mistake.target ?? target.url}"`,
    'migrations:',
    '  - sourceCluster: prod',
    '    targetCluster: new',
    '    snapshotMigrations:',
    `      - indices: ["${mistake.indices ?? 'logs-*'}"]`,
  ].join('\n')
  const file = join(folder, 'migration.yaml')
  writeFileSync(file, text)
  return runCli(['plan', '-f', file], { clock: systemClock, env: { WORKFLOW_HOME: folder } })
}

describe('a plan with a mistake ends with one message', () => {
  async function expectMistake(
    mistake: Mistake,
    expected: { code: string; exitCode: number; says: readonly string[]; hint: string },
  ): Promise<void> {
    const { exitCode, stdout, stderr, code } = await planWith(mistake)
    expect({ exitCode, code, stdout }, stderr).toEqual({ exitCode: expected.exitCode, code: expected.code, stdout: '' })
    expect(stderr.match(/^Error: /gm)).toHaveLength(1)
    expect(stderr).not.toContain('    at ')
    for (const words of expected.says) expect(stderr).toContain(words)
    expect(/^ {2}Hint: (.*)$/m.exec(stderr)?.[1]).toContain(expected.hint)
  }

  test('for a port that nothing listens on', async () => {
    const port = await closedPort()
    await expectMistake(
      { source: `http://127.0.0.1:${port}` },
      {
        code: 'CLUSTER_UNREACHABLE',
        exitCode: 1,
        says: [`source prod`, `http://127.0.0.1:${port}`, `nothing listens on port ${port}`],
        hint: 'Check the endpoint',
      },
    )
  })

  test('for a host that nobody knows', async () => {
    await expectMistake(
      { target: 'http://no-such-host.invalid:9200' },
      {
        code: 'CLUSTER_UNREACHABLE',
        exitCode: 1,
        says: ['target new', 'no-such-host.invalid', 'DNS'],
        hint: 'Check the endpoint',
      },
    )
  })

  test('for a self-signed certificate', async () => {
    const server = await start({}, certificates.selfSigned)
    await expectMistake(
      { source: server.url },
      {
        code: 'CLUSTER_TLS',
        exitCode: 1,
        says: ['source prod', 'self-signed', 'CN=self-made'],
        hint: 'tls.caFile',
      },
    )
  })

  test('for https where the cluster speaks http', async () => {
    await expectMistake(
      { source: source.url.replace('http:', 'https:') },
      { code: 'CLUSTER_TLS', exitCode: 1, says: ['does not speak TLS'], hint: 'http://' },
    )
  })

  test('for http where the cluster speaks https', async () => {
    const server = await start({}, certificates.server)
    await expectMistake(
      { source: server.url.replace('https:', 'http:') },
      { code: 'CLUSTER_TLS', exitCode: 1, says: ['speaks TLS'], hint: 'https://' },
    )
  })

  test('for a proxy or another service instead of a cluster', async () => {
    const server = await startScriptedServer(() => ({ status: 200, body: '<html>Welcome to the proxy</html>' }))
    servers.push(server)
    await expectMistake(
      { source: server.url },
      {
        code: 'CLUSTER_NOT_ONE',
        exitCode: 1,
        says: ['source prod', server.url, 'Welcome to the proxy'],
        hint: 'port and path prefix',
      },
    )
  })

  test('for refused credentials', async () => {
    const server = await startScriptedServer(() => ({ status: 401, headers: { 'www-authenticate': 'Basic realm=x' } }))
    servers.push(server)
    const sourceKeys = ['authConfig: { basic: { username: admin, password: wrong-one } }']
    const { stderr } = await planWith({ source: server.url, sourceKeys })
    expect(stderr).not.toContain('wrong-one')
    await expectMistake(
      { source: server.url, sourceKeys },
      { code: 'CLUSTER_AUTH', exitCode: 1, says: ['source prod', server.url, '401'], hint: 'password' },
    )
  })

  test('for a pattern that matches nothing', async () => {
    await expectMistake(
      { indices: 'lgos-1' },
      { code: 'INDEX_NOT_FOUND', exitCode: 7, says: ["pattern 'lgos-1'", 'source prod'], hint: 'Did you mean logs-1' },
    )
  })

  test('for a repository that is not registered', async () => {
    await expectMistake(
      { repository: '{ repoName: nightly }' },
      { code: 'CONFIG_INVALID', exitCode: 2, says: ['source prod', 'nightly'], hint: 'It has none at all' },
    )
  })

  test('for a folder that this machine does not see', async () => {
    await expectMistake(
      { repository: '{ fsRepoPath: /no/such/folder }' },
      { code: 'REPOSITORY_NOT_FOUND', exitCode: 7, says: ['/no/such/folder'], hint: 'snapshotRepo.localPath' },
    )
  })

  test('for an existing snapshot in a folder without any', async () => {
    await expectMistake(
      { sourceKeys: ['existingSnapshot: nightly'] },
      { code: 'REPOSITORY_NOT_FOUND', exitCode: 7, says: [folder], hint: 'index.latest' },
    )
  })

  test('for source and target exchanged', async () => {
    await expectMistake(
      { source: target.url, target: source.url },
      {
        code: 'CLUSTER_UNSUPPORTED',
        exitCode: 1,
        says: ['target new', 'elasticsearch 7.10.2', 'OpenSearch only'],
        hint: 'not exchanged',
      },
    )
  })

  test('for two addresses of one cluster', async () => {
    const same = { distribution: 'opensearch', uuid: 'one', indices: [{ index: 'logs-1' }] } as const
    const [one, other] = [await start(same), await start(same)]
    await expectMistake(
      { source: one.url, target: other.url },
      { code: 'CONFIG_INVALID', exitCode: 2, says: ['same cluster', 'target new'], hint: 'endpoint' },
    )
  })

  test('for a cluster of a version that is too new', async () => {
    const server = await start({ version: '10.0.0' })
    await expectMistake(
      { source: server.url },
      {
        code: 'CLUSTER_UNSUPPORTED',
        exitCode: 1,
        says: ['source prod', '10.0.0', '1.x to 9.x'],
        hint: 'compatibility',
      },
    )
  })
})

test('a version claim that is wrong is a warning that names both versions and the next step', async () => {
  for (const claim of ['ES 6.8.23', '7.1', 'OS 2.11.0']) {
    const { exitCode, stdout } = await planWith({ sourceKeys: [`version: "${claim}"`] })
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`source prod at ${source.url} is elasticsearch 7.10.2, the configuration says`)
    expect(stdout).toContain('then correct or remove version')
  }
  for (const claim of ['ES 7.10.2', '7.10', '7.10.2']) {
    expect((await planWith({ sourceKeys: [`version: "${claim}"`] })).stdout).not.toContain('Warnings')
  }
})

test('a file that is not there, and none saved', async () => {
  const world = { env: { WORKFLOW_HOME: join(folder, 'empty') } }
  expect(await runCli(['plan'], world)).toMatchObject({ exitCode: 2, code: 'CONFIG_MISSING' })
  const missing = await runCli(['plan', '-f', join(folder, 'none.yaml')], world)
  expect(missing).toMatchObject({ exitCode: 2, code: 'CONFIG_MISSING' })
  expect(missing.stderr).toContain('none.yaml')
})
