/**
 * 400,000 documents of 1 KB from Elasticsearch 7.10.2 into OpenSearch 2.19 on this machine: the built program, which reads a snapshot,
 * in turns with `_reindex` from remote, elasticdump and the official client's bulk helper, which read the live server. Run it with:
 * npm run bench:real -- [--runs 4] [--only workflow --only elasticdump]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pageConfiguration } from '../test/e2e/configuration.ts'
import { homeAt } from '../test/e2e/home.ts'
import { PROGRAM } from '../test/e2e/program.ts'
import { wipe } from '../test/e2e/target-state.ts'
import { bootServer, type ServerHandle } from '../test/servers/boot.ts'
import { rest } from '../test/servers/rest.ts'
import { cpuOf, type ChildRun } from './child-run.ts'
import { familyRun } from './family-run.ts'
import { printFigures, type Figure } from './figures.ts'
import { bootSource, REAL_DEFINITION, REAL_DOCUMENTS, REAL_INDEX, REAL_SNAPSHOT, realData } from './real-data.ts'
import { peers, type Peer } from './real-peers.ts'

const OURS = 'workflow'
const OFFICIAL = 'official client'
const TARGET = { distribution: 'opensearch', version: '2.19', heap: '2g' } as const
/** The target's permission to reindex from another server. */
const REMOTE = { 'reindex.remote.allowlist': '127.0.0.1:*' }

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '4' }, only: { type: 'string', multiple: true } },
})

interface RealRun extends ChildRun {
  /** Of source and target together. */
  readonly serverCpuSeconds: number
}

/** The whole of `workflow submit --wait`: plan, metadata, load, verification, putting back. */
const ours: Peer = async (source, target, index) => {
  const home = mkdtempSync(join(tmpdir(), 'bench-real-'))
  try {
    const snapshot = `    snapshotRepo:\n      fsRepoPath: ${data.repository}\n    existingSnapshot: ${REAL_SNAPSHOT}\n`
    const groups = `      - indices: ["${index}"]\n`
    await homeAt(home).configure(pageConfiguration(source, target, { source: snapshot, groups }))
    return await familyRun(process.execPath, [PROGRAM, 'submit', '--wait'], { WORKFLOW_HOME: home })
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function runOnce(name: string, peer: Peer, source: ServerHandle, target: ServerHandle): Promise<RealRun> {
  await wipe(target)
  // Ours makes the index itself, as part of what is measured.
  if (name !== OURS) await rest(target).put(`/${REAL_INDEX}`, REAL_DEFINITION)
  const cpuBefore = serverCpu(source, target)
  const run = await peer(source, target, REAL_INDEX)
  const serverCpuSeconds = serverCpu(source, target) - cpuBefore
  await rest(target).post(`/${REAL_INDEX}/_refresh`)
  await requireEqual(name, source, target)
  return { ...run, serverCpuSeconds }
}

function serverCpu(...servers: readonly ServerHandle[]): number {
  return servers.reduce((total, { pid }) => total + cpuOf(pid)!, 0)
}

/** Number of documents and the sums of their numbers on both sides. */
async function requireEqual(name: string, ...servers: readonly ServerHandle[]): Promise<void> {
  const aggs = { bytes: { sum: { field: 'bytes' } }, status: { sum: { field: 'status' } } }
  const [there, here] = await Promise.all(
    servers.map(async (server) => {
      const search = { size: 0, track_total_hits: true, aggs }
      const path = `/${REAL_INDEX}/_search?filter_path=hits.total,aggregations`
      const found = await rest(server).post<{ hits: { total: { value: number } } }>(path, search)
      if (found.hits.total.value !== REAL_DOCUMENTS) throw new Error(`${name} is void: ${JSON.stringify(found)}`)
      return JSON.stringify(found)
    }),
  )
  if (there !== here) throw new Error(`${name} is void: ${here} instead of ${there}`)
}

/** What the goals are about: our time beside that of the fastest other, our CPU time beside that of the official client. */
function ratios(results: ReadonlyMap<string, readonly RealRun[]>): Figure[] {
  const median = (name: string, value: (run: RealRun) => number): number => {
    const sorted = results
      .get(name)!
      .map(value)
      .toSorted((a, b) => a - b)
    return sorted[sorted.length >> 1]!
  }
  const figures: Figure[] = []
  const others = [...results.keys()].filter((name) => name !== OURS)
  if (!results.has(OURS) || others.length === 0) return figures
  const fastest = others.toSorted(
    (a, b) => median(a, ({ seconds }) => seconds) - median(b, ({ seconds }) => seconds),
  )[0]!
  const of = OURS
  const time = median(OURS, ({ seconds }) => seconds) / median(fastest, ({ seconds }) => seconds)
  figures.push({ of, measure: `times the wall clock of ${fastest}`, values: [time], decimals: 2, goal: 1 })
  if (!results.has(OFFICIAL)) return figures
  const cpu = median(OURS, ({ cpuSeconds }) => cpuSeconds) / median(OFFICIAL, ({ cpuSeconds }) => cpuSeconds)
  figures.push({ of, measure: `times the CPU of the ${OFFICIAL}`, values: [cpu], decimals: 2, goal: 0.5 })
  return figures
}

const progress = (text: string): void => console.error(text)
const data = await realData(progress)
const all = Object.entries({ [OURS]: ours, ...(await peers(progress)) })
const contenders = all.filter(([name]) => values.only?.includes(name) ?? true)
const [source, target] = await Promise.all([bootSource(data), bootServer({ ...TARGET, settings: REMOTE })])
try {
  const results = new Map<string, RealRun[]>(contenders.map(([name]) => [name, []]))
  for (let n = 0; n < Number(values.runs); n++) {
    for (const [name, peer] of n % 2 === 0 ? contenders : contenders.toReversed()) {
      const run = await runOnce(name, peer, source, target)
      progress(`${name}: ${run.seconds.toFixed(1)} s, ${run.cpuSeconds.toFixed(1)} s of CPU`)
      results.get(name)!.push(run)
    }
  }
  const figures = [...results].flatMap(([of, runs]): Figure[] => [
    { of, measure: 'wall clock, s', values: runs.map(({ seconds }) => seconds), decimals: 1 },
    { of, measure: 'CPU of the client, s', values: runs.map(({ cpuSeconds }) => cpuSeconds), decimals: 1 },
    { of, measure: 'CPU of the servers, s', values: runs.map((run) => run.serverCpuSeconds), decimals: 1 },
  ])
  printFigures('real', [...figures, ...ratios(results)])
} finally {
  await Promise.all([source.stop(), target.stop()])
}
