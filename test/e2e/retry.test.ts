import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerHandle } from '../servers/boot.ts'
import { rest } from '../servers/rest.ts'
import { bootPair } from './boot-pair.ts'
import { compareDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt } from './home.ts'

const DOCUMENTS = 400
/** Every tenth document has a field more than the target's limit lets in. */
const REFUSED = DOCUMENTS / 10

const GROUPS = `      - indices: ["parts"]
        metadataMigration:
          enabled: true
          existingIndex: keep
        documentBackfill:
          enabled: true
        verify: full
`

describe('after a run', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-retry-'))
  const home = homeAt(join(work, 'home'))
  let source: ServerHandle
  let target: ServerHandle
  beforeAll(async () => {
    ;[source, target] = await bootPair()
    const settings = { number_of_shards: 2, number_of_replicas: 0 }
    await rest(source).put('/parts', { settings })
    const lines = Array.from({ length: DOCUMENTS }, (_, n) => [
      { index: { _index: 'parts', _id: `part-${n}`, ...(n % 3 === 0 && { routing: `r${n % 7}` }) } },
      // Digits that no double holds, and a separator that JSON takes as it is.
      `{"n": ${n}, "exact":9007199254740993.25,"text":"a\u2028b"${n % 10 === 0 ? ',"late":{"deep":1}' : ''}}`,
    ])
    await rest(source).bulk(lines.flat())
    // The index is there before the run, and has no room for the fields that only some documents have.
    await rest(target).put('/parts', { settings: { ...settings, 'index.mapping.total_fields.limit': 4 } })
    await rest(target).put('/parts/_mapping', {
      properties: { n: { type: 'long' }, exact: { type: 'double' }, text: { type: 'text' } },
    })
  })
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  test('the documents that the target refused are shown, and the others are compared', async () => {
    await home.configure(
      `${pageConfiguration(source, target, { groups: GROUPS })}cleanup:\n  snapshot: false\n  repository: false\n`,
    )
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(3)
    const view = await home.view()
    const verified = view.steps.find(({ kind }) => kind === 'verify')
    expect(verified?.data).toMatchObject({
      differences: [],
      comparisons: [{ index: 'parts', level: 'full', same: DOCUMENTS - REFUSED, leftOut: REFUSED }],
    })
  })

  test('sending them again before anything was put right leaves them as they were', async () => {
    const retried = await home.run(['retry', '--rejects'])
    expect(retried.code, retried.stderr).toBe(3)
    expect(retried.stdout).toBe(`0 documents acknowledged, ${REFUSED} left\n`)
    expect((await home.run(['rejects', '-o', 'json'])).stdout.trimEnd().split('\n')).toHaveLength(REFUSED)
  })

  test('sending them again after the limit was raised brings every document over', async () => {
    await rest(target).put('/parts/_settings', { 'index.mapping.total_fields.limit': 100 })
    const retried = await home.run(['retry', '--rejects', '-o', 'json'])
    expect(retried.code, retried.stderr).toBe(0)
    expect(JSON.parse(retried.stdout)).toMatchObject({ schemaVersion: 1, acknowledged: REFUSED, rejected: 0 })
    expect(await compareDocuments(source, target, ['parts'])).toEqual({ equal: DOCUMENTS, differences: [] })

    expect((await home.view()).phase).toBe('Succeeded')
    const report = JSON.parse((await home.run(['report', '-o', 'json'])).stdout) as object
    expect(report).toMatchObject({ totals: { read: DOCUMENTS, acknowledged: DOCUMENTS, rejected: 0 } })
    expect((await home.run(['rejects'])).stderr).toContain('has no rejects')
    expect((await home.run(['retry', '--rejects'])).code).toBe(0)
  })

  test('a comparison of every document finds them all', async () => {
    const verified = await home.run(['verify', '--level', 'full', '-o', 'json'])
    expect(verified.code, verified.stderr + verified.stdout).toBe(0)
    expect(JSON.parse(verified.stdout)).toMatchObject({
      groups: [{ level: 'full', comparisons: [{ compared: DOCUMENTS, same: DOCUMENTS, leftOut: 0, extra: 0 }] }],
    })
    const sampled = await home.run(['verify', '--level', 'sample', '-o', 'json'])
    expect(sampled.code, sampled.stderr + sampled.stdout).toBe(0)
  })

  test('a document that was changed, one that was removed and one that came later are found', async () => {
    await rest(target).put('/parts/_doc/part-1?refresh=true', { n: 1, exact: 9007199254740992 })
    await rest(target).delete('/parts/_doc/part-2?refresh=true')
    await rest(target).put('/parts/_doc/later?refresh=true', { n: 1 })
    const verified = await home.run(['verify', '--level', 'full'])
    expect(verified.code, verified.stderr).toBe(4)
    expect(verified.stdout).toContain(`parts: 1 of ${DOCUMENTS} compared documents missing: part-2\n`)
    expect(verified.stdout).toContain(`parts: 1 of ${DOCUMENTS} compared documents different: part-1\n`)
  })

  test('without the snapshot only numbers can be compared', async () => {
    const { steps } = await home.view()
    const { snapshot } = steps.find(({ kind }) => kind === 'register-snapshot')!.data as { snapshot: string }
    const registered = Object.keys(await rest(source).get('/_snapshot'))
    expect(registered).toHaveLength(1)
    for (const name of registered) await rest(source).delete(`/_snapshot/${name}/${snapshot}`)
    const verified = await home.run(['verify', '--level', 'full'])
    expect(verified.code).toBe(7)
    expect(verified.stderr).toContain('cleanup.snapshot: false')
    expect((await home.run(['verify', '--level', 'counts'])).code).toBe(0)
  })
})
