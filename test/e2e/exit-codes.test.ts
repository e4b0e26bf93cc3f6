import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT, EXIT_MEANINGS } from '../../src/cli/exit-codes.ts'
import type { ServerHandle } from '../servers/boot.ts'
import { rest } from '../servers/rest.ts'
import { bootPair } from './boot-pair.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt, type Home } from './home.ts'
import { runProgram, type ProgramResult } from './program.ts'

const DOCUMENTS = 60
const GROUP = (index: string, more = ''): string => `      - indices: ["${index}"]\n${more}`
const KEEP = '        metadataMigration:\n          existingIndex: keep\n'
/** A load of a quarter of a minute, which nobody waits for here: a document a request, five requests a second. */
const SLOW = GROUP('slow', `${KEEP}        documentBackfill:\n          bulkDocs: 1\n`)
const SLOW_TARGET = '    requestsPerSecond: 5\n'
const GATED = GROUP('gated', `${KEEP}        approval: [restore-documents]\n`)

/** A call of the program and how it ended; the command is looked up in `--help`. */
interface Ended {
  readonly command: readonly string[]
  readonly result: ProgramResult
}

/**
 * Every exit code that is documented comes out of the built program between two real clusters. A code without an entry in
 * `produce` does not compile, and one without a meaning in `--help` fails.
 */
describe('the program ends with', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-exit-codes-'))
  let source: ServerHandle
  let target: ServerHandle
  beforeAll(async () => {
    ;[source, target] = await bootPair()
    const settings = { number_of_shards: 1, number_of_replicas: 0 }
    for (const index of ['done', 'rejects', 'differences', 'gated', 'slow']) {
      await rest(source).put(`/${index}`, { settings })
      const lines = Array.from({ length: DOCUMENTS }, (_, n) => [{ index: { _index: index, _id: `${n}` } }, { n }])
      await rest(source).bulk(lines.flat())
    }
    await rest(target).put('/rejects', { settings, mappings: { properties: { n: { type: 'boolean' } } } })
  })
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  /** A state folder of its own with a configuration for one group. */
  async function configured(name: string, groups: string, pace = ''): Promise<Home> {
    const home = homeAt(join(work, name))
    await home.configure(pageConfiguration(source, target, { groups, target: pace }))
    return home
  }
  async function submitted(home: Home, ...more: string[]): Promise<Ended> {
    return { command: ['submit'], result: await home.run(['submit', ...more]) }
  }
  /** Waits for a workflow that does not end by itself until `signal` comes; then ends it. */
  async function interrupted(signal: NodeJS.Signals): Promise<Ended> {
    const home = await configured(signal, SLOW, SLOW_TARGET)
    const result = await runProgram(['submit', '--wait'], {
      home: home.path,
      onStdout: (child) => void child.kill(signal),
    })
    expect(result.stderr).toContain('goes on')
    expect((await home.run(['stop', '--wait'])).code).toBe(EXIT.done)
    return { command: ['submit'], result }
  }

  const produce: Readonly<Record<keyof typeof EXIT, () => Promise<Ended>>> = {
    done: async () => submitted(await configured('done', GROUP('done')), '--wait'),
    failed: async () => {
      const home = homeAt(join(work, 'failed'))
      await home.configure(pageConfiguration(source, { url: 'http://127.0.0.1:9' }))
      return submitted(home, '--wait')
    },
    usage: async () => {
      const file = join(work, 'usage.yaml')
      writeFileSync(file, pageConfiguration(source, target, { groups: GROUP('done', '        verfy: full\n') }))
      return submitted(homeAt(join(work, 'usage')), '--wait', '-f', file)
    },
    rejects: async () => submitted(await configured('rejects', GROUP('rejects', KEEP)), '--wait'),
    differences: async () => {
      const gated = '        approval: [verify]\n'
      const home = await configured('differences', GROUP('differences', gated))
      expect((await home.run(['submit', '--wait'])).code).toBe(EXIT.approval)
      await rest(target).delete('/differences/_doc/7?refresh=true')
      await home.run(['approve'])
      await home.until(({ alive }) => !alive)
      const again = await submitted(home, '--wait')
      expect(again.result.stderr).toContain('Differences in differences.')
      return again
    },
    locked: async () => {
      const home = await configured('locked', GATED)
      await home.run(['submit'])
      const again = await submitted(home)
      expect((await home.run(['stop', '--wait'])).code).toBe(EXIT.done)
      return again
    },
    approval: async () => {
      const home = await configured('approval', GATED)
      const waiting = await submitted(home, '--wait')
      expect((await home.run(['stop', '--wait'])).code).toBe(EXIT.done)
      return waiting
    },
    notFound: async () => ({
      command: ['status'],
      result: await homeAt(join(work, 'empty')).run(['status', 'migration-none']),
    }),
    temporary: async () => {
      const home = await configured('slow', SLOW, SLOW_TARGET)
      const late = await submitted(home, '--wait', '--timeout', '1')
      expect(late.result.stderr).toContain('goes on')
      expect((await home.view()).alive).toBe(true)
      expect((await home.run(['stop', '--wait'])).code).toBe(EXIT.done)
      return late
    },
    interrupted: () => interrupted('SIGINT'),
    terminated: () => interrupted('SIGTERM'),
  }

  for (const [name, code] of Object.entries(EXIT)) {
    test(`${code}: ${EXIT_MEANINGS[code]!}`, async () => {
      const { command, result } = await produce[name as keyof typeof EXIT]()
      expect(result.code, result.stderr).toBe(code)
      const { stdout } = await runProgram([...command, '--help'], { home: work })
      expect(stdout.slice(stdout.indexOf('Exit codes:'))).toMatch(new RegExp(`^ {2}${code} +\\S`, 'm'))
    })
  }
})
