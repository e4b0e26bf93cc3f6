import { describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { diagnose } from '../../../src/doctor/diagnose.ts'
import { CHECK_IDS, type CheckId, type Finding } from '../../../src/doctor/finding.ts'
import { Status, unreachable, type FakeState } from '../plan/fake-cluster.ts'
import { calm, fakeWorld, FS_REPOSITORY, smallConfig } from '../plan/planning.ts'

const SOURCE: FakeState = { indices: [{ index: 'logs-1', pri: 2 }], pathRepo: ['/snapshots'] }
const NO_SECURITY = new Status(400, { error: { type: 'illegal_argument_exception', reason: 'no handler' } })
const TARGET: FakeState = { answers: { 'GET /_plugins/_security/authinfo': NO_SECURITY } }
const ES_RIGHTS = 'POST /_security/user/_has_privileges'
const AUTH = 'authConfig: { basic: { username: a, password: b } }'
const NO_SNAPSHOT = new Status(404, {
  error: { type: 'repository_missing_exception', reason: '[BACKFILL,CHECK] missing' },
})
/** Answers to the requests that try a right on a source whose user has them all. */
const SOURCE_PROBES = Object.fromEntries(
  ['PUT', 'GET', 'DELETE'].flatMap((method) => [
    [`${method} /_snapshot/BACKFILL%2CCHECK`, NO_SNAPSHOT],
    [`${method} /_snapshot/BACKFILL%2CCHECK/BACKFILL%2CCHECK`, NO_SNAPSHOT],
  ]),
)

interface Changes {
  readonly source?: FakeState
  readonly target?: FakeState
  readonly config?: Config
  readonly places?: readonly string[]
}

async function examine({ source = {}, target = {}, config = smallConfig(FS_REPOSITORY), places }: Changes = {}) {
  const world = fakeWorld(
    { ...SOURCE, ...source, answers: { [ES_RIGHTS]: NO_SECURITY, ...source.answers } },
    { ...TARGET, ...target, answers: { ...TARGET.answers, ...target.answers } },
    Object.fromEntries((places ?? ['/snapshots']).map((place) => [place, new Map()])),
  )
  const findings = await diagnose(config, world.questions, calm)
  for (const finding of findings) {
    expect(finding.remedy === undefined, finding.message).toBe(finding.level === 'ok')
  }
  return { findings, world }
}

/** What is not ok, without the exact words. */
function bad(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ id, level, subject }) => (level === 'ok' ? [] : [`${level} ${id} of ${subject}`]))
}

function messages(findings: readonly Finding[], id: CheckId, subject?: string): string {
  return findings
    .filter((finding) => finding.id === id && (subject === undefined || finding.subject === subject))
    .map((finding) => finding.message)
    .join('\n')
}

const M1 = 'migration m1 (prod → new)'

describe('a diagnosis', () => {
  test('of good clusters has every check and nothing but ok, and only reads', async () => {
    const { findings, world } = await examine()
    expect(bad(findings)).toEqual([])
    expect(new Set(findings.map((finding) => finding.id))).toEqual(new Set(CHECK_IDS))
    const asked = [...world.source.requests, ...world.target.requests]
    expect(asked.filter((request) => !request.startsWith('GET ') && request !== ES_RIGHTS)).toEqual([])
  })

  test('is the same each time, and asks no more for many indices', async () => {
    const indices = Array.from({ length: 400 }, (_, number) => ({ index: `logs-${number}` }))
    const [few, many] = [await examine(), await examine({ source: { indices } })]
    expect((await examine()).findings).toEqual(few.findings)
    expect(many.world.source.requests).toEqual(few.world.source.requests)
    expect(many.world.target.requests).toEqual(few.world.target.requests)
  })

  test('goes on with the other side when one is denied', async () => {
    const denied = new Status(403, { error: { type: 'security_exception', reason: 'no permissions for [monitor]' } })
    const { findings } = await examine({ target: { answers: { 'GET /': denied } } })
    expect(bad(findings)).toEqual(['problem read-rights of target new'])
    expect(messages(findings, 'indices')).toContain('1 index matches')
  })

  test('names each reading right that is missing, and goes on', async () => {
    const denied = new Status(403, { error: { type: 'security_exception', reason: 'no permissions for [x]' } })
    const { findings } = await examine({
      target: { answers: { 'GET /_cluster/settings': denied, 'GET /_alias': denied } },
    })
    expect(bad(findings)).toEqual([
      'problem read-rights of target new',
      'problem read-rights of target new',
      'problem shard-limit of target new',
      'problem existing-index of target new',
    ])
    expect(messages(findings, 'read-rights', 'target new')).toContain('/_cluster/settings: status 403')
  })

  test.each<[string, Changes, string[]]>([
    ['an Elasticsearch as target', { target: { distribution: 'elasticsearch' } }, ['problem version of target new']],
    [
      'a wrong claim of a version',
      { config: smallConfig(`${FS_REPOSITORY}\nversion: "ES 6.8.23"`) },
      ['warning version of source prod'],
    ],
    [
      'a password over plain HTTP',
      { config: smallConfig(`${FS_REPOSITORY}\n${AUTH}`), source: { answers: SOURCE_PROBES } },
      ['warning tls of source prod'],
    ],
    [
      'a pattern that matches nothing',
      { config: smallConfig(FS_REPOSITORY, 'indices: ["shop"]') },
      [`problem indices of ${M1}`],
    ],
    [
      'a repository that is not registered',
      { config: smallConfig('snapshotRepo: { repoName: nightly }') },
      [`problem repository of ${M1}`],
    ],
    ['a folder that is not here', { places: [] }, [`problem repository of ${M1}`]],
    ['a folder outside of path.repo', { source: { pathRepo: ['/other'] } }, [`problem repository-source of ${M1}`]],
    [
      'an index without primary',
      { source: { indices: [{ index: 'logs-1', health: 'red' }] } },
      [`warning indices of ${M1}`],
    ],
    [
      'large shards',
      { source: { indices: [{ index: 'logs-1', bytes: 60 * 1024 ** 3 }] } },
      [`warning shard-size of ${M1}`],
    ],
    [
      'a shard that is almost full of documents',
      { source: { indices: [{ index: 'logs-1', documents: 2_100_000_000 }] } },
      [`problem shard-size of ${M1}`],
    ],
    [
      'too many shards',
      {
        target: {
          answers: { 'GET /_cluster/settings': { persistent: { 'cluster.max_shards_per_node': '11' }, transient: {} } },
        },
      },
      ['problem shard-limit of target new'],
    ],
    [
      'a small disk',
      {
        source: { indices: [{ index: 'logs-1', bytes: 1000 }] },
        target: {
          answers: { 'GET /_cat/allocation': [{ node: 'n', 'disk.avail': '1100', 'disk.total': '2000' }] },
        },
      },
      ['problem disk of target new'],
    ],
    [
      'room without replicas only',
      {
        source: { indices: [{ index: 'logs-1', bytes: 1000 }] },
        target: {
          answers: { 'GET /_cat/allocation': [{ node: 'n', 'disk.avail': '1500', 'disk.total': '2000' }] },
        },
      },
      ['warning disk of target new'],
    ],
    [
      'an index that is there',
      { target: { indices: [{ index: 'logs-1' }] } },
      ['problem existing-index of target new'],
    ],
    [
      'an index that is there and may be',
      {
        target: { indices: [{ index: 'logs-1' }] },
        config: smallConfig(FS_REPOSITORY, 'indices: ["logs-*"]\nmetadataMigration: { existingIndex: keep }'),
      },
      ['warning existing-index of target new'],
    ],
    [
      'an alias of the name of an index',
      { target: { answers: { 'GET /_alias': { other: { aliases: { 'logs-1': {} } } } } } },
      ['problem existing-index of target new'],
    ],
    [
      'indices that nobody creates',
      { config: smallConfig(FS_REPOSITORY, 'indices: ["logs-*"]\nmetadataMigration: { enabled: false }') },
      ['warning existing-index of target new'],
    ],
    [
      'nodes without repositories in S3',
      {
        config: smallConfig('snapshotRepo: { s3RepoPathUri: "s3://bucket/a" }'),
        places: ['s3://bucket/a'],
        source: { answers: { 'GET /_nodes/plugins': { nodes: { n: { name: 'n', plugins: [], modules: [] } } } } },
      },
      [`warning repository-source of ${M1}`],
    ],
  ])('finds %s', async (_, changes, expected) => {
    expect(bad((await examine(changes)).findings)).toEqual(expected)
  })
})

describe('rights to change something', () => {
  test('are asked of Elasticsearch, and the missing ones named', async () => {
    const answer = { cluster: { 'cluster:admin/snapshot/create': false, 'cluster:admin/repository/put': true } }
    const { findings } = await examine({ source: { answers: { [ES_RIGHTS]: answer } } })
    expect(bad(findings)).toEqual(['problem write-rights of source prod'])
    expect(messages(findings, 'write-rights', 'source prod')).toBe('rights are missing: cluster:admin/snapshot/create')
  })

  test.each(['1.7.6', '5.6.16', '7.10.2'])(
    'are tried on Elasticsearch %s that cannot be asked, when it wants credentials',
    async (version) => {
      const config = smallConfig(`${FS_REPOSITORY}\n${AUTH}`)
      const all = await examine({ config, source: { version, answers: SOURCE_PROBES } })
      expect(bad(all.findings)).toEqual(['warning tls of source prod'])
      const refusal = new Status(403, {
        error: {
          type: 'security_exception',
          reason: 'action [cluster:admin/snapshot/delete] is unauthorized for user [a]',
        },
      })
      const answers = { ...SOURCE_PROBES, 'DELETE /_snapshot/BACKFILL%2CCHECK/BACKFILL%2CCHECK': refusal }
      const { findings } = await examine({ config, source: { version, answers } })
      expect(findings.filter(({ level }) => level === 'problem')).toEqual([
        expect.objectContaining({
          id: 'write-rights',
          message: 'rights are missing: cluster:admin/snapshot/delete',
          remedy: 'Grant cluster:admin/snapshot/delete to this user, for instance with the cluster privilege manage.',
        }),
      ])
    },
  )

  test('are not tried on old clusters that want no credentials', async () => {
    const { findings } = await examine({ source: { version: '5.6.16' } })
    expect(bad(findings)).toEqual([])
    expect(messages(findings, 'write-rights', 'source prod')).toContain('it answers without credentials')
  })

  test('could not be tried where a gateway answers only some requests, which is said with their names', async () => {
    const config = smallConfig(`${FS_REPOSITORY}\n${AUTH}`)
    const { findings } = await examine({
      config,
      source: { answers: { [ES_RIGHTS]: unreachable('http://source.example:9200') } },
    })
    expect(bad(findings)).toEqual(['warning tls of source prod', 'warning write-rights of source prod'])
    expect(messages(findings, 'write-rights', 'source prod')).toContain('cluster:admin/snapshot/create')
  })

  test.each([
    ['all of them', '', ['create', 'get', 'status', 'delete', 'put', 'delete']],
    [
      'none to remove a snapshot that stays',
      'cleanup: { snapshot: false }',
      ['create', 'get', 'status', 'put', 'delete'],
    ],
    [
      'none to remove a repository that stays',
      'cleanup: { repository: false }',
      ['create', 'get', 'status', 'delete', 'put'],
    ],
  ])('on a source are those that the plan needs: %s', async (_, top, verbs) => {
    const config = smallConfig(FS_REPOSITORY, undefined, top)
    const { world } = await examine({ config, source: { answers: { [ES_RIGHTS]: { cluster: {} } } } })
    const asked = world.source.bodies.get(ES_RIGHTS) as { readonly cluster: readonly string[] }
    expect(asked.cluster.map((right) => right.split('/').at(-1))).toEqual(verbs)
  })

  test('on a source with a registered repository are none to register one', async () => {
    const config = smallConfig(FS_REPOSITORY)
    const repositories = { nightly: { type: 'fs', settings: { location: '/snapshots' } } }
    const { world } = await examine({
      config,
      source: {
        repositories,
        answers: {
          [ES_RIGHTS]: { cluster: {} },
          'POST /_snapshot/nightly/_verify': { nodes: {} },
          'GET /_snapshot/nightly/_all': { snapshots: [] },
        },
      },
    })
    const asked = world.source.bodies.get(ES_RIGHTS) as { readonly cluster: readonly string[] }
    expect(asked.cluster.filter((right) => right.includes('/repository/'))).toEqual([])
  })

  test('are not needed on the source of an existing snapshot', async () => {
    const { findings } = await examine({
      config: smallConfig(`${FS_REPOSITORY}\nexistingSnapshot: nightly`),
    })
    expect(messages(findings, 'write-rights', 'source prod')).toBe('nothing is written to it')
    expect(messages(findings, 'read-rights', 'source prod')).toBe('may read repositories')
  })

  test('of reading that a plan can do without are warnings with what is lost', async () => {
    const denied = (right: string): Status =>
      new Status(403, {
        error: { type: 'security_exception', reason: `no permissions for [${right}] and User [name=a` },
      })
    const { findings } = await examine({
      source: {
        answers: {
          'GET /_all': denied('indices:admin/get'),
          'GET /_template': denied('indices:admin/template/get'),
          'GET /_nodes/settings': denied('cluster:monitor/nodes/info'),
        },
      },
    })
    const reading = findings.filter(({ id, level }) => id === 'read-rights' && level !== 'ok')
    expect(reading.map(({ level, message, remedy }) => `${level} ${message.split(':')[0]!} ${remedy!}`)).toEqual([
      'warning path.repo of the nodes cannot be looked at Grant cluster:monitor/nodes/info to user a.',
      'warning the plan cannot say what the target needs changed, or which sources are not stored Grant indices:admin/get to user a.',
      'warning the plan cannot say which templates are left out Grant indices:admin/template/get to user a.',
    ])
    expect(findings.filter(({ level }) => level === 'problem')).toEqual([])
  })

  test('that only this examination would use are warnings', async () => {
    const denied = new Status(403, {
      error: {
        type: 'security_exception',
        reason: 'no permissions for [cluster:admin/repository/verify] and User [name=a',
      },
    })
    const repositories = { nightly: { type: 'fs', settings: { location: '/snapshots' } } }
    const { findings } = await examine({
      source: {
        repositories,
        answers: { 'POST /_snapshot/nightly/_verify': denied, 'GET /_snapshot/nightly/_all': { snapshots: [] } },
      },
    })
    expect(bad(findings)).toEqual([`warning repository-source of ${M1}`])
  })

  test('of a source whose existing snapshot is read do not include its health or its list of snapshots', async () => {
    const denied = new Status(403, { error: { type: 'security_exception', reason: 'no permissions for [x]' } })
    const repositories = { nightly: { type: 'fs', settings: { location: '/snapshots' } } }
    const { findings } = await examine({
      config: smallConfig(`${FS_REPOSITORY}\nexistingSnapshot: last`),
      source: {
        repositories,
        answers: {
          'GET /_cluster/health': denied,
          'GET /_cat/indices': denied,
          'GET /_nodes/settings': denied,
          'GET /_snapshot/nightly/_all': denied,
        },
      },
    })
    // The place of this test is empty, so that the snapshot is not there.
    expect(bad(findings)).toEqual([`problem indices of ${M1}`, `warning repository of ${M1}`])
  })

  const user = (roles: readonly string[]) => ({ user_name: 'loader', roles })

  test('of OpenSearch are all there with the role all_access', async () => {
    const answers = { 'GET /_plugins/_security/authinfo': user(['all_access']) }
    expect(bad((await examine({ target: { answers } })).findings)).toEqual([])
  })

  /** Answers to the requests that try a right, all of them the same but for one. */
  const tried = (answer: unknown, but: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => {
    const requests = [
      'PUT /_index_template/BACKFILL%2CCHECK',
      'PUT /_component_template/BACKFILL%2CCHECK',
      'POST /_bulk',
      'PUT /logs-1',
      'PUT /logs-1/_mapping',
      'PUT /logs-1/_settings',
      'POST /logs-1/_refresh',
      'PUT /logs-1/_doc/backfill-check',
      'GET /logs-1/_count',
    ]
    const answers = Object.fromEntries(requests.map((request) => [request, answer]))
    return { 'GET /_plugins/_security/authinfo': user(['writer']), ...answers, ...but }
  }
  const impossible = new Status(400, { error: { type: 'illegal_argument_exception', reason: 'impossible' } })
  const denied = (right: string): Status =>
    new Status(403, {
      error: { type: 'security_exception', reason: `no permissions for [${right}] and User [name=loader]` },
    })

  test('of OpenSearch before 3.2 are tried by requests for what is impossible', async () => {
    const all = await examine({ target: { answers: tried(impossible) } })
    expect(bad(all.findings)).toEqual([])
    expect(messages(all.findings, 'write-rights', 'target new')).toBe('it grants every right that the run needs')
    const answers = tried(impossible, { 'POST /_bulk': denied('indices:data/write/bulk') })
    const { findings } = await examine({ target: { answers } })
    expect(bad(findings)).toEqual(['problem write-rights of target new'])
    expect(findings.find(({ level }) => level === 'problem')).toMatchObject({
      message: 'rights are missing: indices:data/write/bulk',
      remedy: 'Grant indices:data/write/bulk to user loader.',
    })
  })

  test('of OpenSearch that are refused along with others are told by their own names', async () => {
    const answers = tried(impossible, { 'PUT /logs-1': denied('indices:admin/aliases, indices:admin/create') })
    const { findings } = await examine({ target: { answers } })
    expect(messages(findings, 'write-rights', 'target new')).toBe('rights are missing: indices:admin/create')
  })

  test('of OpenSearch since 3.2 are asked by requests that are not carried out', async () => {
    const allowed = { accessAllowed: true, missingPrivileges: [] }
    const refusal = { accessAllowed: false, missingPrivileges: ['indices:admin/create'] }
    const answers = tried(allowed, { 'PUT /logs-1': refusal })
    const { findings } = await examine({ target: { version: '3.2.0', answers } })
    expect(bad(findings)).toEqual(['problem write-rights of target new'])
    expect(messages(findings, 'write-rights', 'target new')).toBe('rights are missing: indices:admin/create')
  })
})
