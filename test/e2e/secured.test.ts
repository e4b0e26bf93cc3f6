import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootServer, type ServerHandle } from '../servers/boot.ts'
import { rest } from '../servers/rest.ts'
import { ADMIN, READER } from '../servers/security.ts'
import { compareDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt } from './home.ts'
import { indexNames } from './target-state.ts'

const BOOKS = 500

describe('two clusters with HTTPS and basic auth', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-secured-'))
  let source: ServerHandle
  let target: ServerHandle
  beforeAll(async () => {
    ;[source, target] = await Promise.all([
      bootServer({ distribution: 'opensearch', version: '2.11.1', security: true, heap: '768m' }),
      bootServer({ distribution: 'opensearch', version: '2.19', security: true, heap: '768m' }),
    ])
    const lines = Array.from({ length: BOOKS }, (_, n) => [
      { index: { _index: 'books', _id: `b${n}` } },
      { title: `Book ${n}`, year: 1500 + n },
    ]).flat()
    await rest(source).bulk(lines)
  })
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  test('a user who may only read is refused before anything is changed', async () => {
    const home = homeAt(join(work, 'reader'))
    await home.configure(pageConfiguration(source, { ...target, credentials: READER }))
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code).toBe(1)
    expect(submitted.stderr).toContain('CLUSTER_DENIED')
    expect(await indexNames(target)).toEqual([])
  })

  test('a wrong password is refused with the name of the cluster', async () => {
    const home = homeAt(join(work, 'wrong'))
    const credentials = { username: ADMIN.username, password: 'wrong-password' }
    await home.configure(pageConfiguration(source, { ...target, credentials }))
    const submitted = await home.run(['submit', '--wait'])
    expect(submitted.code).toBe(1)
    expect(submitted.stderr).toContain('CLUSTER_AUTH')
    expect(submitted.stderr).toContain(target.url)
    expect(submitted.stderr).not.toContain('wrong-password')
  })

  test('the configuration of the page, with inline passwords, moves every document', async () => {
    const home = homeAt(join(work, 'inline'))
    await home.configure(pageConfiguration(source, target, { groups: '      - indices: ["books"]\n' }))
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(0)
    expect(await compareDocuments(source, target, ['books'])).toEqual({ equal: BOOKS, differences: [] })
    const report = await home.run(['report', '-o', 'json'])
    const log = await home.run(['output', '-o', 'json'])
    for (const text of [submitted.stderr, report.stdout, log.stdout, ...filesBelow(join(home.path, 'workflows'))]) {
      expect(text).not.toContain(ADMIN.password)
    }
  })

  test('passwords from a file and from the environment do as well', async () => {
    await rest(target).delete('/books')
    const passwordFile = join(work, 'password')
    writeFileSync(passwordFile, `${ADMIN.password}\n`, { mode: 0o600 })
    const home = homeAt(join(work, 'references'), { TARGET_PASSWORD: ADMIN.password })
    const text = pageConfiguration(source, target, { groups: '      - indices: ["books"]\n' })
    const [first, second, third] = text.split(`password: ${ADMIN.password}`)
    await home.configure(`${first}passwordFromFile: ${passwordFile}${second}passwordFromEnv: TARGET_PASSWORD${third}`)
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(0)
    expect(await compareDocuments(source, target, ['books'])).toEqual({ equal: BOOKS, differences: [] })
  })
})

/** The text of every file below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
}
