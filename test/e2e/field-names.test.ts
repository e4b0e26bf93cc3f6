import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootServer, type ServerHandle } from '../servers/boot.ts'
import { rest } from '../servers/rest.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt } from './home.ts'
import { wipe } from './target-state.ts'

/** Documents of one field each, by its name: the new name that gets a refused one in, and what the target says of the old one. */
interface Named {
  readonly name: string
  /** Words of the reason; undefined for a document that arrives as it is. */
  readonly refused?: RegExp
  readonly renamed?: string
}

const metadataField = (name: string): Named => ({ name, refused: new RegExp(name), renamed: `old${name}` })

/** What Elasticsearch 2 takes, and 1 as well. */
const NAMES: readonly Named[] = [
  { name: 'ordinary' },
  { name: '_mine' },
  { name: ' ' },
  { name: '*' },
  { name: '_meta' },
  { name: '', refused: /field name cannot be an empty string/, renamed: 'empty' },
  metadataField('_seq_no'),
  metadataField('_ignored'),
  metadataField('_nested_path'),
  metadataField('_data_stream_timestamp'),
]

/** What only Elasticsearch 1 takes: dots anywhere, and its own metadata fields. */
const NAMES_OF_1: readonly Named[] = [
  ...NAMES,
  { name: '_type' },
  { name: '_uid' },
  { name: 'trail.' },
  { name: 'a' },
  { name: 'a.b' },
  { name: '.lead', refused: /\[\.lead\]/, renamed: 'lead' },
  { name: 'two..dots', refused: /\[two\.\.dots\]/, renamed: 'two_dots' },
  { name: '.', refused: /only the character \[\.\]/, renamed: 'dot' },
  { name: '..', refused: /only the character \[\.\]/, renamed: 'dots' },
  metadataField('_source'),
  metadataField('_index'),
  metadataField('_version'),
  metadataField('_field_names'),
]

const SOURCES: readonly (readonly [version: string, names: readonly Named[]])[] = [
  ['1.7', NAMES_OF_1],
  ['2.4', NAMES],
]
const GROUP = `      - indices: ["names"]
        verify: full
        metadataMigration:
          existingIndex: keep
`

describe('names of fields that the target does not take', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-field-names-'))
  let target: ServerHandle
  beforeAll(async () => {
    target = await bootServer({ distribution: 'opensearch', version: '2.19', heap: '768m' })
  })
  afterAll(async () => {
    await target.stop()
    rmSync(work, { recursive: true, force: true })
  })

  describe.each(SOURCES)('from Elasticsearch %s', (version, names) => {
    let source: ServerHandle
    const refused = names.filter((one) => one.refused !== undefined)
    const idOf = (name: string): string => `id${names.findIndex((one) => one.name === name)}`
    beforeAll(async () => {
      await wipe(target)
      source = await bootServer({ distribution: 'elasticsearch', version })
      const client = rest(source)
      await client.put('/names', { settings: { number_of_shards: 1, number_of_replicas: 0 } })
      for (const { name } of names) await client.put(`/names/doc/${idOf(name)}`, { [name]: 'v' })
      await client.put('/names/doc/inner', { inner: { _source: 'v', _seq_no: 'v' } })
    })
    afterAll(() => source.stop())

    test('become rejects that say so, and arrive under the names that the configuration gives them', async () => {
      const home = homeAt(join(work, version))
      await home.configure(pageConfiguration(source, target, { groups: GROUP }))
      const plan = (await home.run(['plan'])).stdout
      for (const { name } of refused) expect(plan).toContain(`⚠ mappings.properties.${name} (problem, names): `)
      const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
      expect(submitted.code, submitted.stderr).toBe(3)
      const rejects = (await home.run(['rejects', '-o', 'json'])).stdout
      for (const { name, refused: words } of refused) {
        const line = rejects.split('\n').find((text) => text.includes(`"id":"${idOf(name)}"`))
        expect((JSON.parse(line ?? '{}') as { reason?: string }).reason, rejects).toMatch(words!)
      }
      expect(await count()).toBe(names.length + 1 - refused.length)

      const rename = JSON.stringify(Object.fromEntries(refused.map(({ name, renamed }) => [name, renamed])))
      const groups = `${GROUP}        documentBackfill:\n          transform:\n            rename: ${rename}\n`
      await home.configure(pageConfiguration(source, target, { groups }))
      const again = await home.run(['submit', '--wait', '--timeout', '300'])
      expect(again.code, again.stderr).toBe(0)
      expect(await count()).toBe(names.length + 1)
      for (const { name, renamed = name } of names)
        expect(await rest(target).get(`/names/_source/${idOf(name)}`)).toEqual({ [renamed]: 'v' })
    })

    test('do not keep fields from being searched whose names the target writes otherwise', async () => {
      const search = async (field: string): Promise<number> =>
        (await rest(target).post<{ count: number }>('/names/_count', { query: { match: { [field]: 'v' } } })).count
      expect(await search('inner._source')).toBe(1)
      if (version === '1.7') expect(await search('trail')).toBe(1)
    })

    async function count(): Promise<number> {
      await rest(target).post('/names/_refresh')
      return (await rest(target).get<{ count: number }>('/names/_count')).count
    }
  })
})
