// Runs groups of checks and tests and ends with one line that counts them: `N passed, N failed, N skipped`.
// Usage: node scripts/test.js [all|check|unit|corpus|newest-node|servers|e2e|kubernetes]
import { spawn, spawnSync } from 'node:child_process'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

const total = { passed: 0, failed: 0, skipped: 0 }
/** Names of skipped tests; a name has the reason where the machine is one. */
const skips = new Set()
const folder = mkdtempSync(join(tmpdir(), 'backfill-test-'))
const cache =
  process.env['BACKFILL_TEST_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'backfill-workflow-tests')

/** What each group runs. A check counts as one, a vitest project counts its tests. */
const groups = {
  check: async () => {
    await Promise.all([checks(['lint']), checks(['format:check', 'types', 'levels', 'unused'])])
  },
  unit: () => vitest('unit', process.execPath),
  corpus: () => vitest('corpus', process.execPath),
  'newest-node': async () => {
    const node = newestNode()
    if (node === undefined) count('newest-node', 'failed')
    else await vitest('unit', node)
  },
  servers: () => vitest('servers', process.execPath),
  e2e: () => vitest('e2e', process.execPath),
  kubernetes: async () => {
    await buildAhead()
    await vitest('kubernetes', process.execPath)
  },
}

/** One lane beside the other, the groups of a lane one after the other; a lane that mostly waits leaves the others their time. */
const LANES = [['check', 'unit', 'corpus', 'newest-node', 'servers', 'e2e'], ['kubernetes']]

const wanted = process.argv[2] ?? 'all'
const names = wanted === 'all' ? Object.keys(groups) : wanted.split(',')
const unknown = names.find((name) => !(name in groups))
if (unknown !== undefined) {
  console.error(`No group named ${unknown}; there are: all, ${Object.keys(groups).join(', ')}`)
  process.exit(2)
}
await Promise.all(LANES.map((lane) => run(lane.filter((name) => names.includes(name)))))
rmSync(folder, { recursive: true, force: true })
if (skips.size > 0) console.log(`\nSkipped:\n${[...skips].map((name) => `  ${name}`).join('\n')}`)
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 ? 0 : 1)

async function run(members) {
  for (const name of members) {
    console.log(`\n=== ${name} begins (${new Date().toISOString()})`)
    await groups[name]()
    console.log(`\n=== ${name} is over (${new Date().toISOString()})`)
  }
}

function count(name, result) {
  total[result]++
  console.log(`${result === 'passed' ? 'ok  ' : 'FAIL'} ${name}`)
}

/**
 * Builds Kubernetes where it is not cached, which takes twelve minutes of a whole machine: the other lane goes first. It says
 * nothing; what it could not build the group builds, and fails with the reason.
 */
async function buildAhead() {
  const script = 'test/servers/kubernetes/build-ahead.ts'
  await once(spawn('nice', ['-n', '10', process.execPath, '--import', 'tsx', script], { stdio: 'ignore' }), 'close')
}

/** Runs scripts of the package one after the other, and shows what each printed when it has ended. */
async function checks(names) {
  for (const name of names) {
    const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] })
    const output = []
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk))
    const [status] = await once(child, 'close')
    process.stdout.write(Buffer.concat(output))
    count(name, status === 0 ? 'passed' : 'failed')
  }
}

/** Runs a project of tests; every line that two lanes print at once names its own project. */
async function vitest(project, node) {
  const report = join(folder, `${project}-${names.length}-${Date.now()}.json`)
  const child = spawn(
    node,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${report}`,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const [status] = await once(child, 'close')
  if (!existsSync(report)) return count(`vitest ${project} gave no report`, 'failed')
  const result = JSON.parse(readFileSync(report, 'utf8'))
  total.passed += result.numPassedTests
  total.failed += result.numFailedTests
  total.skipped += result.numPendingTests + result.numTodoTests
  for (const { assertionResults } of result.testResults) {
    for (const { status: outcome, fullName } of assertionResults) {
      if (!['passed', 'failed'].includes(outcome)) skips.add(`${project}: ${fullName}`)
    }
  }
  // A file that cannot be loaded, or an unhandled error, fails the run without failing a test.
  if (status !== 0 && result.numFailedTests === 0) count(`vitest ${project} (exit ${status})`, 'failed')
}

/** The binary of the newest Node release, which comes as a package of its own; installed once into the cache. */
function newestNode() {
  const home = join(cache, 'newest-node')
  mkdirSync(home, { recursive: true })
  const { status } = spawnSync(
    'npm',
    [
      'install',
      '--prefix',
      home,
      '--no-save',
      '--no-fund',
      '--no-audit',
      '--prefer-offline',
      `node-linux-${process.arch}@latest`,
    ],
    { stdio: 'inherit' },
  )
  const binary = join(home, `node_modules/node-linux-${process.arch}/bin/node`)
  return status === 0 && existsSync(binary) ? binary : undefined
}
