import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseJsonExact } from '../../src/codec/json-exact.ts'
import type { JsonObject } from '../../src/codec/json-value.ts'
import { fillFirst } from '../fixtures/dataset.ts'
import { dialectOf } from '../fixtures/dialect.ts'
import { expectedLines } from '../fixtures/expected.ts'
import { FilledCluster } from '../fixtures/filled-cluster.ts'
import { RestClient } from '../fixtures/rest-client.ts'
import { bootServer, type ServerHandle } from '../servers/boot.ts'
import { chooseJdk, findJdks } from '../servers/jdk.ts'
import { jdkMissing } from '../servers/messages.ts'
import { send } from '../servers/rest.ts'
import { recipeOf } from '../servers/recipes.ts'
import { canonicalJson, documentKey, readDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import { PAIRS, type Member, type SourceMember } from './pairs.ts'
import { runProgram } from './program.ts'
import { indexNames, wipe } from './target-state.ts'

const jdks = findJdks()
const chosen = process.env['BACKFILL_TEST_VERSIONS']?.split(/[\s,]+/).filter((version) => version !== '')

/** Why a source cannot be migrated into a target here, or undefined. */
function reasonToSkip(source: Member, target: Member): string | undefined {
  if (chosen !== undefined && !chosen.includes(source.version)) return 'not among BACKFILL_TEST_VERSIONS'
  return [source, target]
    .map(({ distribution, version }) => recipeOf(distribution, version))
    .filter((recipe) => chooseJdk(recipe.java, jdks) === undefined)
    .map((recipe) => jdkMissing(recipe, recipe.java, jdks))[0]
}

const named = ({ distribution, version }: Member): string => `${distribution} ${version}`

for (const { target: wanted, sources } of PAIRS) {
  describe(`into ${named(wanted)}`, () => {
    const needed = sources.some((source) => reasonToSkip(source, wanted) === undefined)
    const work = mkdtempSync(join(tmpdir(), 'e2e-matrix-'))
    let target: ServerHandle
    beforeAll(async () => {
      if (needed) target = await bootServer({ ...wanted, heap: '768m' })
    })
    afterAll(async () => {
      if (needed) await target.stop()
      rmSync(work, { recursive: true, force: true })
    })

    for (const member of sources) {
      const reason = reasonToSkip(member, wanted)
      const skipped = reason === undefined ? '' : ` [skipped: ${reason}]`
      test.skipIf(reason !== undefined)(`every document of ${named(member)} arrives${skipped}`, async () => {
        const source = await bootServer(member)
        try {
          const cluster = new FilledCluster(dialectOf(source.distribution, source.version), new RestClient(source.url))
          await fillFirst(cluster)
          await wipe(target)
          await migrate(source, target, member, work)
          expect(await differences(cluster, target, member)).toEqual([])
        } finally {
          await source.stop()
        }
      })
    }
  })
}

/** Runs the page's minimal configuration; only the patterns name what has no sources. */
async function migrate(
  source: ServerHandle,
  target: ServerHandle,
  { leftOut }: SourceMember,
  work: string,
): Promise<void> {
  const home = join(work, named(source).replace(' ', '-'))
  const file = join(work, 'migration.yaml')
  const groups = `      - indices: ${JSON.stringify(['*', ...Object.keys(leftOut).map((name) => `-${name}`)])}\n`
  writeFileSync(file, pageConfiguration(source, target, { groups }))
  const result = await runProgram(['submit', '-f', file, '--wait', '--timeout', '600'], { home })
  const more = ['rejects', 'output --tail 40'].map((call) => runProgram(call.split(' '), { home }))
  const texts = result.code === 0 ? [] : (await Promise.all(more)).map(({ stdout }) => stdout)
  expect(result.code, [result.stderr, ...texts].join('\n')).toBe(0)
}

/** Sources that are not strictly JSON break the answer to a search, so each is read alone: as it was sent, it counts as its JSON. */
async function looseDocuments(target: ServerHandle, cluster: FilledCluster): Promise<ReadonlyMap<string, string>> {
  const documents = new Map<string, string>()
  for (const { id, sent } of cluster.indices.get('loose')!.documents.values()) {
    const text = await send(target, 'GET', `/loose/_source/${encodeURIComponent(id)}`, {}, undefined)
    const asSent = typeof sent !== 'string' && text === Buffer.from(sent.bytes).toString('utf8')
    documents.set(id, canonicalJson(parseJsonExact(asSent ? sent.json : text, id)))
  }
  return documents
}

/** One line for each document that the target lacks, has beyond, or has otherwise than the source. */
async function differences(cluster: FilledCluster, target: ServerHandle, { leftOut }: SourceMember): Promise<string[]> {
  const lines: string[] = []
  const names = [...cluster.indices.keys()].filter((name) => !name.startsWith('.') && !(name in leftOut))
  const there = await indexNames(target)
  for (const name of names) {
    if (!there.includes(name)) {
      lines.push(`index ${name} is missing`)
      continue
    }
    const expected = new Map<string, string>()
    for (const line of await expectedLines(cluster, cluster.indices.get(name)!)) {
      const document = parseJsonExact(line, name) as JsonObject
      const routing = document['routing'] ?? document['parent']
      // Later versions show vectors no more, but what was sent arrives whole.
      const source = (name === 'vector' ? document['_sent'] : undefined) ?? document['_source']!
      expected.set(documentKey(document['_id'] as string, routing as string | undefined), canonicalJson(source))
    }
    const found = name === 'loose' ? await looseDocuments(target, cluster) : await readDocuments(target, name)
    for (const [key, text] of expected)
      if (found.get(key) !== text) lines.push(`${name} ${key}: ${text} became ${found.get(key)}`)
    for (const key of found.keys()) if (!expected.has(key)) lines.push(`${name} ${key}: not in the source`)
  }
  for (const name of there) if (!names.includes(name)) lines.push(`index ${name} is not of the source`)
  return lines
}
