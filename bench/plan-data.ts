import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pageConfiguration } from '../test/e2e/configuration.ts'
import { PROGRAM } from '../test/e2e/program.ts'
import { bootServer } from '../test/servers/boot.ts'
import { cached } from '../test/servers/cache.ts'
import { rest, type RestTarget } from '../test/servers/rest.ts'
import { familyRun } from './family-run.ts'
import { copyOfNumber, manyAnswers, manyIndices, REAL_INDICES } from './many-indices.ts'
import { startRecordingProxy, type Answer } from './recording-proxy.ts'

/** What a plan for very many indices is made from. */
export interface PlanData {
  /** Folder of the repository with the snapshot {@link PLAN_SNAPSHOT} of them all. */
  readonly repository: string
  /** Answers of both clusters by request, such as `GET /_all`. */
  readonly source: ReadonlyMap<string, Answer>
  readonly target: ReadonlyMap<string, Answer>
  /** Answers of a target that has all these indices already. */
  readonly fullTarget: ReadonlyMap<string, Answer>
}

export const PLAN_SNAPSHOT = 'bench'

const KINDS = ['logs', 'metrics', 'orders', 'events', 'users']
const FIELDS = 40
/** One index in so many has a field that no other has. */
const OWN_FIELD_EACH = 5

/**
 * A repository and the answers of two clusters for 10,000 indices: 500 that a real Elasticsearch 7.10.2 has made, with what it and a
 * real OpenSearch 2.19 answered to the planner, and 19 copies of each index. Made once and kept in the cache of the tests.
 */
export async function planData(progress: (text: string) => void): Promise<PlanData> {
  const folder = await cached('bench-plan-2', (draft) => record(draft, progress), 'data')
  const answers = (side: string): Map<string, Answer> =>
    new Map(JSON.parse(readFileSync(join(folder, `${side}.json`), 'utf8')) as [string, Answer][])
  return {
    repository: join(folder, 'many'),
    source: manyAnswers(answers('source')),
    target: answers('target'),
    fullTarget: manyAnswers(answers('full-target')),
  }
}

async function record(draft: string, progress: (text: string) => void): Promise<void> {
  const repository = join(draft, 'repository')
  mkdirSync(repository)
  const [source, target] = await Promise.all([
    bootServer({ distribution: 'elasticsearch', version: '7.10.2', heap: '1g', repositoryFolder: repository }),
    bootServer({ distribution: 'opensearch', version: '2.19', heap: '768m' }),
  ])
  try {
    progress(`making ${REAL_INDICES} indices`)
    await fill(source)
    progress('taking the snapshot')
    const client = rest(source)
    await client.put('/_snapshot/bench', { type: 'fs', settings: { location: repository } })
    await client.put(`/_snapshot/bench/${PLAN_SNAPSHOT}?wait_for_completion=true`, { indices: '*' })
    await client.delete('/_snapshot/bench')
    progress('recording what the servers answer')
    const [from, to] = await Promise.all([startRecordingProxy(source.url), startRecordingProxy(target.url)])
    try {
      for (const snapshot of [undefined, PLAN_SNAPSHOT]) {
        const file = join(draft, 'config.yaml')
        writeFileSync(file, planConfiguration(from, to, repository, snapshot))
        await familyRun(process.execPath, [PROGRAM, 'plan', '-f', file, '-o', 'json'], { WORKFLOW_HOME: draft })
      }
      writeFileSync(join(draft, 'source.json'), JSON.stringify([...from.answers]))
      writeFileSync(join(draft, 'target.json'), JSON.stringify([...to.answers]))
      await fill(target)
      const file = join(draft, 'config.yaml')
      await familyRun(process.execPath, [PROGRAM, 'plan', '-f', file, '-o', 'json'], { WORKFLOW_HOME: draft })
      // What is asked when there are many times as many.
      await rest(to).get('/_all?ignore_unavailable=true&expand_wildcards=all')
      writeFileSync(join(draft, 'full-target.json'), JSON.stringify([...to.answers]))
    } finally {
      await Promise.all([from.stop(), to.stop()])
    }
  } finally {
    await Promise.all([source.stop(), target.stop()])
  }
  progress('copying the metadata')
  await manyIndices(repository, join(draft, 'many'))
}

/** The page's configuration for everything, from a snapshot to be taken or from an existing one. */
export function planConfiguration(
  source: RestTarget,
  target: RestTarget,
  repository: string,
  snapshot: string | undefined,
): string {
  const existing = snapshot === undefined ? '' : `    existingSnapshot: ${snapshot}\n`
  return pageConfiguration(source, target, {
    source: `    snapshotRepo:\n      fsRepoPath: ${repository}\n${existing}`,
  })
}

async function fill(source: RestTarget): Promise<void> {
  const client = rest(source)
  for (let n = 0; n < REAL_INDICES; n++) {
    const kind = KINDS[n % KINDS.length]!
    const name = `${kind}-${copyOfNumber(n, 0)}`
    await client.put(`/${name}`, {
      settings: { number_of_shards: 1, number_of_replicas: 0 },
      mappings: { properties: fieldsOf(kind, n) },
      aliases: { [kind]: {} },
    })
  }
  const lines = Array.from({ length: REAL_INDICES }, (_, n) => [
    { index: { _index: `${KINDS[n % KINDS.length]!}-${copyOfNumber(n, 0)}` } },
    { f0: 'one' },
  ])
  await client.bulk(lines.flat())
}

function fieldsOf(kind: string, n: number): Record<string, unknown> {
  const types = [
    { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } },
    { type: 'keyword' },
    { type: 'long' },
    { type: 'date' },
    { properties: { name: { type: 'keyword' }, version: { type: 'integer' } } },
  ]
  const fields = Array.from({ length: FIELDS }, (_, f) => [f === 0 ? 'f0' : `${kind}_f${f}`, types[f % types.length]])
  const own = n % OWN_FIELD_EACH === 0 ? [[`own_field_${n}`, { type: 'keyword' }]] : []
  return Object.fromEntries([...fields, ...own]) as Record<string, unknown>
}
