import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerHandle } from '../servers/boot.ts'
import { rest } from '../servers/rest.ts'
import { bootPair } from './boot-pair.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt } from './home.ts'

/** Documents that Elasticsearch 1 took: identifier, source, and what the reason of the reject names; undefined for one that arrives. */
const DOCUMENTS: Readonly<Record<string, readonly [object, string | undefined]>> = {
  ordinary: [{ n: 1 }, undefined],
  underscore: [{ _mine: 1 }, undefined],
  'leading-dot': [{ '.lead': 1 }, '.lead'],
  'trailing-dot': [{ 'trail.': 1 }, undefined],
  'two-dots': [{ 'two..dots': 1 }, 'two..dots'],
  outer: [{ a: 1 }, undefined],
  inner: [{ 'a.b': 2 }, undefined],
}
const REFUSED = Object.keys(DOCUMENTS).filter((id) => DOCUMENTS[id]![1] !== undefined)
const GROUP = `      - indices: ["names"]
        verify: full
        metadataMigration:
          existingIndex: keep
`
const RENAME = `        documentBackfill:
          transform:
            rename: { ".lead": lead, "two..dots": two_dots }
`

describe('names of fields that the target does not take', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-field-names-'))
  let source: ServerHandle
  let target: ServerHandle
  beforeAll(async () => {
    ;[source, target] = await bootPair('1.7')
    await rest(source).put('/names', { settings: { number_of_shards: 1, number_of_replicas: 0 } })
    for (const [id, [document]] of Object.entries(DOCUMENTS)) await rest(source).put(`/names/doc/${id}`, document)
  })
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  test('become rejects that name the field, and arrive under the names that the configuration gives them', async () => {
    const home = homeAt(join(work, 'home'))
    await home.configure(pageConfiguration(source, target, { groups: GROUP }))
    const plan = (await home.run(['plan'])).stdout
    for (const field of ['.lead', 'two..dots', 'a'])
      expect(plan).toContain(`⚠ mappings.properties.${field} (problem, names): `)
    expect(plan).toContain('- mappings.properties.trail. (changed, names): ')
    expect((await home.run(['submit', '--wait', '--timeout', '300'])).code).toBe(3)
    const rejects = (await home.run(['rejects', '-o', 'json'])).stdout
    for (const id of REFUSED) {
      const line = rejects.split('\n').find((text) => text.includes(`"id":"${id}"`))
      expect(line, rejects).toContain(DOCUMENTS[id]![1])
    }
    expect(await count()).toBe(Object.keys(DOCUMENTS).length - REFUSED.length)

    await home.configure(pageConfiguration(source, target, { groups: GROUP + RENAME }))
    const renamed = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(renamed.code, renamed.stderr).toBe(0)
    expect(await count()).toBe(Object.keys(DOCUMENTS).length)
    for (const [id, document] of Object.entries({ 'leading-dot': { lead: 1 }, 'two-dots': { two_dots: 1 } }))
      expect(await rest(target).get(`/names/_source/${id}`)).toEqual(document)
    const trailing = await rest(target).post<{ count: number }>('/names/_count', { query: { term: { trail: 1 } } })
    expect(trailing.count).toBe(1)
  })

  async function count(): Promise<number> {
    await rest(target).post('/names/_refresh')
    return (await rest(target).get<{ count: number }>('/names/_count')).count
  }
})
