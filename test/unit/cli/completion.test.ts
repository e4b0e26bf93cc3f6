import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.ts'
import { completions } from '../../../src/cli/complete.ts'
import { inBash, readTypedLine } from '../../../src/cli/shell-words.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { Journal } from '../../../src/engine/local/journal.ts'
import { workflowFolder } from '../../../src/engine/local/workflow-folder.ts'
import { loadPlan, REPOSITORY } from '../engine/load-world.ts'
import { pipe, runCli } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'completion-'))
const env = { WORKFLOW_HOME: join(folder, 'state') }

beforeAll(async () => {
  for (const name of ['migration-1', 'nightly']) {
    const { path, plan, journal: file } = workflowFolder(env.WORKFLOW_HOME, name)
    mkdirSync(path, { recursive: true })
    writeFileSync(plan, JSON.stringify(loadPlan('http://127.0.0.1:9', ['plain'])))
    const { journal } = Journal.open(file)
    journal.append({ at: 0, type: 'submitted', name, configDigest: 'd1' }, { durable: false })
    journal.close()
  }
  const world = { env, stdin: pipe('hunter2') }
  await runCli(['configure', 'credentials', 'create', 'shop-login', '--username', 'a'], world)
})
afterAll(() => rmSync(folder, { recursive: true }))

async function complete(...words: string[]): Promise<string[]> {
  const { stdout, stderr, exitCode } = await runCli(['complete', '--', ...words], { env, clock: systemClock })
  expect([exitCode, stderr]).toEqual([0, ''])
  return stdout.split('\n').filter((word) => word !== '')
}

describe('the words that can come next', () => {
  test.each([
    [['sta'], ['status']],
    [
      ['snapshot', ''],
      ['list', 'show', 'export'],
    ],
    [['submit', '--w'], ['--wait']],
    [
      ['status', '-o', ''],
      ['text', 'json'],
    ],
    [['status', '--output=j'], ['--output=json']],
    [['status', '-o', 'json', 'mig'], 'workflows'],
    [['output', '--step', ''], 'steps'],
    [['approve', 'nightly', '--step', 'a', '--step', ''], 'steps'],
    [['configure', 'credentials', 'update', ''], 'credentials'],
    [['configure', 'view', '--earlier', ''], 'config-versions'],
    [['snapshot', 'show', '--repo', '/a', '--snapshot', ''], 'snapshots'],
    [['snapshot', 'export', '--snapshot=snap-1', '--index', ''], 'snapshot-indices'],
    [['explain', 'CLUSTER'], 'codes'],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['submit', '--plan', ''], []],
    [['status', 'name', ''], []],
  ])('after %j', (words, expected) => {
    const { found } = completions(COMMANDS, words)
    expect(typeof found === 'string' ? found : found.filter((word) => word.startsWith(words.at(-1)!))).toEqual(expected)
  })

  test('are names of workflows and of their steps, and never hidden commands', async () => {
    expect(await complete('status', 'mig')).toEqual(['migration-1'])
    expect(await complete('output', 'nightly', '--step', 'm1/')).toEqual(['m1/register-snapshot'])
    expect(await complete('r')).toEqual(['resume', 'rejects', 'retry', 'report'])
  })

  test('are names of credentials and codes', async () => {
    expect(await complete('configure', 'credentials', 'delete', '')).toEqual(['shop-login'])
    expect(await complete('explain', 'CLUSTER_A')).toEqual(['CLUSTER_AUTH'])
    expect(await complete('explain', 'nig')).toEqual(['nightly'])
  })

  test('are snapshots of the repository on the line, and indices of its snapshot', async () => {
    const repo = ['snapshot', 'show', '--repo', REPOSITORY]
    expect(await complete(...repo, '--snapshot', 'snap-3')).toEqual(['snap-3-subset'])
    expect(await complete(...repo, '--snapshot', 'snap-1', '--index', 'deletes')).toEqual(['deletes', 'deletes_hard'])
    expect(await complete(...repo, '--snapshot', 'snap-1', '--index=rout')).toEqual(['--index=routed'])
  })

  test('are none, rather than a failure, where there is nothing to ask', async () => {
    expect(await complete('snapshot', 'show', '--repo', '/no/such/folder', '--snapshot', '')).toEqual([])
    expect(await complete('output', 'unknown', '--step', '')).toEqual([])
    expect(await complete('snapshot', 'show', '--snapshot', '')).toEqual([])
  })
})

describe('a line of bash', () => {
  test.each([
    ['workflow status', ['workflow', 'status'], ''],
    ['workflow status ', ['workflow', 'status', ''], ''],
    ["workflow a 'b c", ['workflow', 'a', 'b c'], "'"],
    ['workflow "a\\"b\\c" d\\ e', ['workflow', 'a"b\\c', 'd e'], ''],
    ['workflow --repo s3://b/p  "', ['workflow', '--repo', 's3://b/p', ''], '"'],
  ])('%j is taken apart', (line, words, quote) => {
    expect(readTypedLine(line)).toEqual({ words, quote })
  })

  test.each([
    ['workflow show pl', 'plain', 'plain'],
    ['workflow show ', 'a$b (c)', 'a\\$b\\ \\(c\\)'],
    ["workflow show 'a", 'a$b', 'a$b'],
    ['workflow show --index=pl', '--index=plain', 'plain'],
    ['workflow show s3://b', 's3://bucket', '//bucket'],
    ['workflow show жур', 'журнал-ü', 'журнал-ü'],
  ])('%j is completed to %j by %j', (line, word, expected) => {
    expect(inBash(word, readTypedLine(line))).toBe(expected)
  })
})

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit']).status === 0

/** A program `workflow` that completes as the real one does, and otherwise prints its arguments, a line for each. */
function writeProgram(): void {
  const source = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))
  const file = join(folder, 'workflow')
  const real = `exec '${process.execPath}' --import '${import.meta.resolve('tsx')}' '${source}' "$@"`
  writeFileSync(file, `#!/bin/sh\ncase "$1" in complete | completion) ${real} ;; esac\nprintf 'got <%s>\\n' "$@"\n`)
  chmodSync(file, 0o755)
}

/** What `workflow` got, when these lines are typed into a shell. */
function typedInto(shell: string, args: readonly string[], input: string): string[] {
  const environment = { ...process.env, ...env, PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder }
  const { stdout } = spawnSync(shell, args, { encoding: 'utf8', env: environment, cwd: folder, input })
  return stdout.split('\n').flatMap((line) => /^got <(.*)>/.exec(line)?.[1] ?? [])
}

/** Lines that are typed, a tab where a person presses it, and the arguments that come of them. */
const TYPED: readonly (readonly [string, readonly string[]])[] = [
  ['workflow sta\t', ['status']],
  ['workflow stop nig\t', ['stop', 'nightly']],
  ['workflow output nightly --step m1/\t', ['output', 'nightly', '--step', 'm1/register-snapshot']],
  [
    `workflow snapshot show --repo ${REPOSITORY} --snapshot snap-3\t--index rou\t`,
    ['snapshot', 'show', '--repo', REPOSITORY, '--snapshot', 'snap-3-subset', '--index', 'routed'],
  ],
  ['workflow submit --plan a-pl\t', ['submit', '--plan', 'a-plan.json']],
]

describe('in a real shell', () => {
  beforeAll(() => {
    writeProgram()
    writeFileSync(join(folder, 'a-plan.json'), '')
  })

  test
    .runIf(has('bash'))
    .each([
      ...TYPED,
      [
        `workflow snapshot show --repo=${REPOSITORY} --index=rout\t`,
        ['snapshot', 'show', `--repo=${REPOSITORY}`, '--index=routed'],
      ],
      [
        `workflow snapshot show --repo "${REPOSITORY}" --index "rout\t`,
        ['snapshot', 'show', '--repo', REPOSITORY, '--index', 'routed'],
      ],
    ] as const)('bash completes %j', (line, expected) => {
    const input = `source <(workflow completion bash)\n${line}\n`
    expect(typedInto('bash', ['--norc', '--noprofile', '-i'], input)).toEqual(expected)
  })

  test.runIf(has('zsh')).each(TYPED)('zsh completes %j', (line, expected) => {
    const inside = `autoload -Uz compinit && compinit -D -u && source <(workflow completion zsh)`
    const script = `zmodload zsh/zpty
zpty terminal zsh -f -i
zpty -w terminal ${quoted(inside)}
zpty -w terminal ${quoted(line)}
zpty -w terminal exit
while zpty -r terminal text; do print -r -- "\${text//$'\\r'/}"; done
`
    expect(typedInto('zsh', ['-f'], script)).toEqual(expected)
  })

  test.runIf(has('fish'))('fish offers the same words', () => {
    const offered = (line: string): string =>
      `workflow completion fish | source; complete -C ${quoted(line)} | string replace -r '(.*)' 'got <$1>'\n`
    const lines = TYPED.map(([line]) => line.split('\t')[0]!)
    const words = lines.flatMap((line) => typedInto('fish', ['--no-config', '-c', offered(line)], ''))
    expect(words).toEqual(['status', 'nightly', 'm1/register-snapshot', 'snap-3-subset', 'a-plan.json'])
  })
})

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
