import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ServerHandle } from '../servers/boot.ts'
import { rest } from '../servers/rest.ts'
import { bootPair } from './boot-pair.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt, type Home } from './home.ts'
import { indexNames, wipe } from './target-state.ts'

const KEYWORD = { type: 'keyword' }
const FIELDS = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, KEYWORD]))
const SETTINGS = { number_of_shards: 1, number_of_replicas: 0 }
const INDICES = {
  plain: { a: KEYWORD },
  vectors: { v: { type: 'dense_vector', dims: 2 } },
  clash: { a: KEYWORD },
  conflict: { a: KEYWORD },
  wide: FIELDS,
}
const TEMPLATE = { index_patterns: ['composed-*'], priority: 200, template: { mappings: { properties: FIELDS } } }
const COMPOSED = `          indexTemplateAllowlist: ["composed"]\n`
const NO_TEMPLATES = `          indexTemplateAllowlist: []\n`
const NARROW = `          settings:\n            set:\n              index.mapping.total_fields.limit: 3\n`
const SNAPSHOT = '    snapshotRepo:\n      repoName: kept\n    existingSnapshot: nightly\n'

/** Objects of a running source that the target does not take, through the whole program. */
describe('what a target refuses', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-refused-'))
  let source: ServerHandle
  let target: ServerHandle
  beforeAll(async () => {
    ;[source, target] = await bootPair('8.19')
    const client = rest(source)
    await client.put('/_index_template/composed', TEMPLATE)
    for (const [name, properties] of Object.entries({ ...INDICES, damaged: INDICES.plain })) {
      await client.put(`/${name}`, { settings: SETTINGS, mappings: { properties } })
      await client.bulk([
        { index: { _index: name, _id: '1' } },
        name === 'vectors' ? { v: [1, 2] } : { a: 'x' },
        { index: { _index: name, _id: '2' } },
        name === 'vectors' ? { v: [3, 4] } : { a: 'y' },
      ])
    }
    await client.put('/_snapshot/kept', { type: 'fs', settings: { location: join(source.repositoryFolder, 'kept') } })
    await client.put('/_snapshot/kept/nightly?wait_for_completion=true')
    damage(join(source.repositoryFolder, 'kept'), 'damaged')
  })
  beforeEach(async () => {
    await wipe(target)
    const client = rest(target)
    await client.put('/other', { settings: SETTINGS, aliases: { clash: {} } })
    await client.put('/conflict', { settings: SETTINGS, mappings: { properties: { a: { type: 'long' } } } })
    await client.put('/_index_template/mine', { index_patterns: ['composed-*'], priority: 200, template: {} })
  })
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  /** Runs two groups: everything but `wide`, and `wide` with a limit that it does not fit into. */
  async function configured(name: string, onRefused: 'stop' | 'continue', ...more: readonly string[]): Promise<Home> {
    const indices = [...Object.keys(INDICES).filter((index) => index !== 'wide'), ...more]
    const group = (patterns: readonly string[], keys: string): string =>
      `      - indices: ${JSON.stringify(patterns)}\n        metadataMigration:\n          onRefused: ${onRefused}\n${keys}`
    const groups = group(indices, COMPOSED) + group(['wide'], NARROW)
    const home = homeAt(join(work, name))
    await home.configure(pageConfiguration(source, target, { groups, source: SNAPSHOT }))
    return home
  }

  test('has a line each in the report, with what helps; the rest arrives, and the exit code says so', async () => {
    const home = await configured('continue', 'continue', 'damaged')
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(4)
    const lines = (await home.run(['report'])).stdout.split('\n').map((line) => line.trim())
    const about = (object: string): readonly string[] => lines.filter((line) => line.startsWith(`${object}: refused: `))
    const expected: Readonly<Record<string, readonly RegExp[]>> = {
      'index clash': [/an alias of that name, of index other/, /Remove that alias from index other of the target/],
      'index conflict': [/the target has another one: mappings\.properties\.a\.type is "long"/, /existingIndex/],
      'index damaged': [/read metadata of index damaged: check .*meta-/, /"-damaged" in indices/],
      'index template composed': [/multiple index templates may not match/, /Change the priority of the template/],
      'index wide': [
        /Limit of total fields \[3\]/,
        /settings\.index\.mapping\.total_fields\.limit.*Raise the limit with/,
      ],
    }
    for (const [object, patterns] of Object.entries(expected)) {
      const found = about(object)
      expect(found, object).toHaveLength(1)
      for (const pattern of patterns) expect(found[0]).toMatch(pattern)
    }
    // The target has no k-NN plugin: the index is made without the search for vectors.
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^index vectors: no equivalent of mappings\.properties\.v \(unsupported-types\): .*unsupportedFields/,
      ),
    )
    expect(await indexNames(target)).toEqual(['conflict', 'other', 'plain', 'vectors'])
    for (const index of ['plain', 'vectors']) expect(await count(target, index)).toBe(2)
    for (const index of ['conflict', 'other']) expect(await count(target, index)).toBe(0)
    const { metadata } = JSON.parse((await home.run(['report', '-o', 'json'])).stdout) as Account
    const refused = metadata.objects.filter(({ outcome }) => outcome === 'refused')
    expect(refused.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(Object.keys(expected).sort())
    for (const { remedy } of refused) expect(remedy.advice).not.toBe('')
  })

  test('stops the run before any document, with the first object and what helps, unless it is to go on', async () => {
    const home = await configured('stop', 'stop')
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code).toBe(1)
    expect(submitted.stderr).toContain('METADATA_REFUSED')
    const report = (await home.run(['report'])).stdout
    expect(report).toMatch(
      /migrate index template composed to target my-target: .*multiple index templates.*; \d more objects/,
    )
    expect(report).toMatch(/Hint: It is about priority\. Change the priority of the template on the target/)
    expect(await count(target, 'plain')).toBe(0)
    const lines = report.split('\n').map((line) => line.trim())
    for (const object of ['index template composed', 'index clash', 'index conflict', 'index wide'])
      expect(lines.filter((line) => line.startsWith(`${object}: refused: `))).toHaveLength(1)
    const { metadata } = JSON.parse((await home.run(['report', '-o', 'json'])).stdout) as Account
    expect(metadata.objects.filter(({ outcome }) => outcome === 'refused')).toHaveLength(4)
  })

  test('is told apart from an index that cannot be read: nothing is begun, and the others go without it', async () => {
    const before = await indexNames(target)
    const home = await configured('damaged', 'stop', 'damaged')
    const refused = await home.run(['submit', '--wait'])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/read metadata of index damaged: check .*meta-/)
    expect(refused.stderr).toContain('Leave the index out with "-damaged"')
    expect(await indexNames(target)).toEqual(before)

    const patterns = ['*', ...['clash', 'conflict', 'wide', 'damaged'].map((name) => `-${name}`)]
    const groups = `      - indices: ${JSON.stringify(patterns)}\n        metadataMigration:\n${NO_TEMPLATES}`
    await home.configure(pageConfiguration(source, target, { groups, source: SNAPSHOT }))
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(0)
    for (const index of ['plain', 'vectors']) expect(await count(target, index)).toBe(2)
  })
})

interface Account {
  readonly metadata: {
    readonly objects: readonly {
      readonly kind: string
      readonly name: string
      readonly outcome: string
      readonly remedy: { readonly advice: string }
    }[]
  }
}

async function count(server: ServerHandle, index: string): Promise<number> {
  const client = rest(server)
  await client.post(`/${index}/_refresh`)
  return (await client.get<{ count: number }>(`/${index}/_count`)).count
}

/** Overwrites the middle of an index's metadata in a repository. */
function damage(repository: string, index: string): void {
  const root = readdirSync(repository).find((name) => /^index-\d+$/.test(name))!
  const { indices } = JSON.parse(readFileSync(join(repository, root), 'utf8')) as {
    indices: Record<string, { id: string }>
  }
  const folder = join(repository, 'indices', indices[index]!.id)
  for (const name of readdirSync(folder).filter((file) => file.startsWith('meta-'))) {
    const bytes = readFileSync(join(folder, name))
    bytes.fill(0x5a, bytes.length >> 1, (bytes.length >> 1) + 8)
    writeFileSync(join(folder, name), bytes)
  }
}
