import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../test/servers/cache.ts'
import { rest, type RestTarget } from '../test/servers/rest.ts'
import { bundle } from './bundle.ts'
import type { ChildRun } from './child-run.ts'
import { familyRun } from './family-run.ts'

/** Other programs that do the same, at versions that are named with every figure. They are no dependencies of the program. */
export const PEER_VERSIONS = { elasticdump: '6.125.1', '@opensearch-project/opensearch': '3.9.0' } as const

/** Documents that a peer asks the source for at once. */
const PAGE = 10_000

/** Moves one index from one server into an index that is there already, and measures the processes that do it. */
export type Peer = (source: RestTarget, target: RestTarget, index: string) => Promise<ChildRun>

/** The peers by name; npm installs them into the cache of the tests on first use, without running their scripts. */
export async function peers(progress: (text: string) => void): Promise<Readonly<Record<string, Peer>>> {
  const versions = Object.values(PEER_VERSIONS).join('-')
  const installed = await cached(`bench-peers-${versions}`, async (draft) => {
    progress('installing elasticdump and the official client')
    writeFileSync(join(draft, 'package.json'), JSON.stringify({ private: true, dependencies: PEER_VERSIONS }))
    const quiet = ['--no-fund', '--no-audit', '--ignore-scripts', '--loglevel=error']
    execFileSync('npm', ['install', ...quiet], { cwd: draft, stdio: ['ignore', 'ignore', 'inherit'] })
  })
  const folder = bundle({ 'peer-bulk-helper': 'bench/peer-bulk-helper.ts' })
  return {
    _reindex: reindex,
    elasticdump: (source, target, index) =>
      familyRun(process.execPath, [
        join(installed, 'node_modules', 'elasticdump', 'bin', 'elasticdump'),
        ...[`--input=${source.url}/${index}`, `--output=${target.url}/${index}`],
        ...['--type=data', `--limit=${PAGE}`, '--quiet'],
      ]),
    'official client': (source, target, index) => {
      const helper = join(folder, 'peer-bulk-helper.js')
      return familyRun(process.execPath, [helper, installed, source.url, target.url, index, String(PAGE)])
    },
  }
}

/** `_reindex` from remote, which runs inside of the target, so that there is no process of a client. */
async function reindex(source: RestTarget, target: RestTarget, index: string): Promise<ChildRun> {
  const started = performance.now()
  const body = { source: { remote: { host: source.url }, index, size: PAGE }, dest: { index } }
  const { failures } = await rest(target).post<{ failures: unknown[] }>('/_reindex?wait_for_completion=true', body)
  if (failures.length > 0) throw new Error(`_reindex: ${JSON.stringify(failures[0])}`)
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: 0, stdout: '' }
}
