import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.ts'
import { runProgram } from '../../../src/cli/program.ts'
import type { World } from '../../../src/cli/world.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { currentPid } from '../../../src/core/process.ts'
import { acquireLock } from '../../../src/engine/local/lock.ts'
import { workflowFolder } from '../../../src/engine/local/workflow-folder.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { startFakeOpenSearch, type FakeOpenSearch, type Refusal } from '../engine/fake-opensearch.ts'
import { loadPlan } from '../engine/load-world.ts'
import { fixedRandom } from '../http/test-world.ts'
import { fakeWorld, runCli, type ProgramRun } from './world.ts'

let home: string
let target: FakeOpenSearch | undefined
let runners: Promise<number>[]
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'runs-test-'))
  runners = []
})
afterEach(async () => {
  await Promise.all(runners)
  await target?.close()
  target = undefined
})

/** Runs a command on the state folder of the test; runners live in this process. */
function run(...args: string[]): Promise<ProgramRun> {
  return runCli(args, world())
}

function world(): Partial<World> {
  const env = { WORKFLOW_HOME: home }
  return {
    env,
    clock: systemClock,
    startDetached: (args) => {
      runners.push(runProgram(COMMANDS, args, fakeWorld({ env, clock: systemClock, random: fixedRandom() })))
      return Promise.resolve(currentPid())
    },
  }
}

/** The file of a plan that loads the index `plain` of the fixture. */
async function planFile(refuse?: Refusal, changes: Partial<Plan> = {}): Promise<string> {
  target = await startFakeOpenSearch(refuse === undefined ? {} : { refuse })
  const path = join(home, 'plan.json')
  writeFileSync(path, JSON.stringify({ ...loadPlan(target.url, ['plain']), sources: {}, ...changes }))
  return path
}

const refused = { status: 400, error: { type: 'mapper_parsing_exception', reason: 'failed to parse' } }

function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>').replaceAll(/ +(<1s|\d+s)( |$)/gm, ' <took>$2')
}

describe('a migration on the command line', () => {
  test('is submitted, waited for, shown and reported', async () => {
    const submitted = await run('submit', '--plan', await planFile(), '--wait')
    expect(submitted).toMatchObject({ exitCode: 0, stdout: 'migration-ababab\n' })
    expect(submitted.stderr).toContain('Workflow migration-ababab has started.\n')
    expect(submitted.stderr).toContain('migration-ababab: Succeeded, 4 of 4 steps\n')
    expect(target!.documents.size).toBe(83)

    const status = await run('status')
    expect(withoutTimes(status.stdout)).toBe(`[+] Workflow: migration-ababab
  Phase: Succeeded
  Started: <time>
  Finished: <time>

📋 Workflow Steps
├── ✓ Initialize (Succeeded)
├── ✓ Register Snapshot (Succeeded)
├── ✓ Restore Documents (Succeeded)
└── ✓ Cleanup (Succeeded)
`)
    expect(status.stderr).toBe('')
    expect(JSON.parse((await run('status', 'migration-ababab', '-o', 'json')).stdout)).toMatchObject({
      schemaVersion: 1,
      name: 'migration-ababab',
      phase: 'Succeeded',
    })
    expect(withoutTimes((await run('list')).stdout)).toBe(
      'WORKFLOW          PHASE      SUBMITTED             TOOK\nmigration-ababab  Succeeded  <time> <took>\n',
    )
    expect(withoutTimes((await run('report')).stdout)).toContain('Loaded:   83 of 83 documents read\n')
    expect((await run('report')).stdout).toMatch(/\nplain {2,}83 {2,}83 {2,}0 {2,}0 {2,}0 {2,}\S+ \S+\n/)
    expect(JSON.parse((await run('report', '-o', 'json')).stdout)).toMatchObject({
      schemaVersion: 1,
      totals: { read: 83, acknowledged: 83 },
      indices: [{ name: 'plain', read: 83 }],
    })
    const page = join(home, 'report.html')
    expect((await run('report', '--html', page)).exitCode).toBe(0)
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>[^]*<td>plain<\/td>[^]*<\/html>\n$/)
    expect((await run('report', '--html', join(home, 'none', 'report.html'))).stderr).toContain('OUTPUT_UNWRITABLE')
    const log = (await run('output', '--step', 'Restore Documents')).stdout
    expect(
      log
        .split('\n')
        .filter((line) => line !== '')
        .every((line) => line.includes('[m1g1/restore-documents]')),
    ).toBe(true)
    expect(withoutTimes((await run('output', '--tail', '1')).stdout)).toBe('<time> INFO    run finished\n')
    expect((await run('rejects')).stderr).toBe('Workflow migration-ababab has no rejects.\n')

    const again = await run('submit', '--plan', join(home, 'plan.json'))
    expect(again).toMatchObject({ exitCode: 0, stdout: 'migration-ababab\n' })
    expect(again.stderr).toContain('nothing was started')
    expect(runners).toHaveLength(1)
  })

  test('with rejects ends with 3 and shows them', async () => {
    const file = await planFile(({ id }) => (id === '-' ? refused : undefined))
    expect(await run('submit', '--plan', file, '--wait')).toMatchObject({ exitCode: 3 })
    expect((await run('rejects')).stdout).toBe(
      'DOCUMENTS  INDEX  KIND     FOR EXAMPLE\n        1  plain  mapping  -: failed to parse\n',
    )
    const reject = JSON.parse((await run('rejects', '-o', 'json')).stdout) as unknown
    expect(reject).toMatchObject({ index: 'plain', id: '-', status: 400, _source: { title: 'dash' } })
    expect((await run('status')).stdout).toContain('⚠ Restore Documents (Finished with rejects) 82 documents')
  })

  test('with rejects sends them again, first in vain, then with success', async () => {
    let picky = true
    const file = await planFile(({ id }) => (picky && id.length === 1 ? refused : undefined))
    expect(await run('submit', '--plan', file, '--wait')).toMatchObject({ exitCode: 3 })
    const rejected = (await run('rejects', '-o', 'json')).stdout
    const count = rejected.trimEnd().split('\n').length
    const before = target!.documents.size
    expect(before + count).toBe(83)

    const vain = await run('retry', '--rejects')
    expect(vain).toMatchObject({ exitCode: 3, stdout: `0 documents acknowledged, ${count} left\n` })
    expect((await run('rejects', '-o', 'json')).stdout.split('\n').toSorted()).toEqual(rejected.split('\n').toSorted())
    expect((await run('status')).stdout).toContain('⚠ Restore Documents')

    picky = false
    const again = await run('retry', '--rejects', '-o', 'json')
    expect(again.exitCode, again.stderr).toBe(0)
    expect(JSON.parse(again.stdout)).toMatchObject({ schemaVersion: 1, acknowledged: count, rejected: 0 })
    expect(target!.documents.size).toBe(83)
    expect((await run('status')).stdout).toContain('✓ Restore Documents (Succeeded)')
    expect(JSON.parse((await run('report', '-o', 'json')).stdout)).toMatchObject({
      phase: 'Succeeded',
      totals: { read: 83, acknowledged: 83, rejected: 0 },
    })
    expect((await run('output')).stdout).toContain(`rejects sent again: ${count} acknowledged, 0 left`)
    expect(await run('retry', '--rejects')).toMatchObject({ exitCode: 0, stdout: '' })
  })

  test('sends nothing again while a runner works on it, or before it has finished', async () => {
    const file = await planFile(({ id }) => (id === '-' ? refused : undefined))
    expect(await run('submit', '--plan', file, '--wait')).toMatchObject({ exitCode: 3 })
    await Promise.all(runners)
    const lock = acquireLock(workflowFolder(home, 'migration-ababab').path, systemClock, fixedRandom())
    expect(await run('retry', '--rejects')).toMatchObject({ exitCode: 5, code: 'WORKFLOW_LOCKED' })
    lock.release()
    expect(await run('retry')).toMatchObject({ exitCode: 2, code: 'USAGE' })
    expect(await run('retry', 'migration-none', '--rejects')).toMatchObject({ exitCode: 7 })
  })

  test('that fails ends with 1, says why, and goes on when submitted again', async () => {
    const file = await planFile()
    const plan = JSON.parse(readFileSync(file, 'utf8')) as Plan
    const wrong = { ...plan, targets: { target: { ...plan.targets['target'], version: '1.0.0' } } }
    writeFileSync(file, JSON.stringify(wrong))
    const failed = await run('submit', '--plan', file, '--wait')
    expect(failed.exitCode).toBe(1)
    expect(failed.stderr).toContain('it is opensearch 2.19.4 now, the plan was made for opensearch 1.0.0')
    expect(failed.code).toBe('CONFIG_INVALID')
    writeFileSync(file, JSON.stringify(plan))
    const again = await run('submit', '--plan', file, '--wait')
    expect(again).toMatchObject({ exitCode: 0, stdout: failed.stdout })
    expect(again.stderr).toContain('goes on where it was')
  })
})

describe('exit codes', () => {
  test.each([
    [['submit', '--timeout', '5'], 2],
    [['submit', '--wait', '--timeout', 'soon'], 2],
    [['submit', '--plan', 'a', '-f', 'b'], 2],
    [['submit', '--plan', 'missing.json'], 2],
    [['submit'], 2],
    [['status'], 7],
    [['status', 'other'], 7],
    [['output', 'other'], 7],
    [['stop', 'other'], 7],
    [['resume', 'other'], 7],
    [['rejects', 'other'], 7],
    [['report', 'other'], 7],
    [['approve', 'other'], 7],
    [['status', 'Not A Name'], 2],
    [['list'], 0],
    [['explain', 'nothing'], 7],
    [['completion', 'csh'], 2],
    [['runner'], 2],
  ])('%j without any workflow ends with %i', async (args, exitCode) => {
    expect((await run(...args)).exitCode).toBe(exitCode)
  })

  test('a workflow that runs is locked: 5', async () => {
    const file = await planFile()
    await run('submit', '--plan', file, '--wait')
    const folder = workflowFolder(home, 'migration-ababab')
    // As it is in the middle of a run: no last event yet, and a living owner of the lock.
    const journal = readFileSync(folder.journal, 'utf8')
    writeFileSync(folder.journal, journal.slice(0, journal.lastIndexOf('\n', journal.length - 2) + 1))
    const lock = acquireLock(folder.path, systemClock, fixedRandom())
    for (const args of [['submit', '--plan', file], ['resume'], ['runner', 'migration-ababab']]) {
      expect((await run(...args)).exitCode, args.join(' ')).toBe(5)
    }
    lock.release()
  })

  test('a stop of what does not run changes nothing and says so', async () => {
    await run('submit', '--plan', await planFile(), '--wait')
    expect(await run('stop')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'Workflow migration-ababab is not running: Succeeded.\n',
    })
    expect(await run('resume')).toMatchObject({ exitCode: 0, stdout: 'migration-ababab\n' })
  })
})

describe('help with the commands', () => {
  test('explains a code whatever its letters, and offers near ones', async () => {
    expect((await run('explain', 'blob_corrupt')).stdout).toMatch(
      /^BLOB_CORRUPT\n {2}Meaning: .+\n {2}Remedy: {2}.+\n {2}Exit: {4}1/,
    )
    expect((await run('explain', 'CFG_TAB')).stdout).toContain('CFG_TAB\n')
    expect((await run('explain', 'THROTTLED')).stderr).toContain('STORE_THROTTLED or CLUSTER_THROTTLED')
  })
})
