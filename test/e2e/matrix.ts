import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseJsonExact } from '../../src/codec/json-exact.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/codec/json-value.ts'
import { fillFirst } from '../fixtures/dataset.ts'
import { dialectOf } from '../fixtures/dialect.ts'
import { expectedLines } from '../fixtures/expected.ts'
import { FilledCluster } from '../fixtures/filled-cluster.ts'
import { RestClient } from '../fixtures/rest-client.ts'
import { bootServer, type ServerHandle } from '../servers/boot.ts'
import { chooseJdk, findJdks } from '../servers/jdk.ts'
import { jdkMissing } from '../servers/messages.ts'
import { rest, send } from '../servers/rest.ts'
import { recipeOf } from '../servers/recipes.ts'
import { readColumns } from './columns.ts'
import { canonicalJson, documentKey, readDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import { SPLIT, TARGETS, type Member, type SourceMember } from './pairs.ts'
import { runProgram } from './program.ts'
import { compareSearches, fillSearches, SEARCHED_AFTERWARDS, type SearchPlan } from './searches.ts'
import { indexNames, streamNames, wipe } from './target-state.ts'

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

/** Tests that each of these sources is migrated into every target. */
export function testMigrationsFrom(sources: readonly SourceMember[]): void {
  const work = mkdtempSync(join(tmpdir(), 'e2e-matrix-'))
  const targets = new Map<string, ServerHandle>()
  beforeAll(async () => {
    for (const target of TARGETS) {
      const needed = sources.some((source) => reasonToSkip(source, target) === undefined)
      if (needed) targets.set(named(target), await bootServer({ ...target, heap: '768m' }))
    }
  })
  afterAll(async () => {
    await Promise.all([...targets.values()].map((target) => target.stop()))
    rmSync(work, { recursive: true, force: true })
  })
  for (const member of sources) testMigrations(member, targets, work)
}

function testMigrations(member: SourceMember, targets: ReadonlyMap<string, ServerHandle>, work: string): void {
  describe(`from ${named(member)}`, () => {
    const reasons = TARGETS.map((target) => reasonToSkip(member, target))
    const needed = reasons.includes(undefined)
    let source: ServerHandle
    let cluster: FilledCluster
    let searches: SearchPlan
    let expected: ExpectedDocuments
    beforeAll(async () => {
      if (!needed) return
      source = await bootServer(member)
      cluster = new FilledCluster(dialectOf(source.distribution, source.version), new RestClient(source.url))
      await fillFirst(cluster)
      searches = await fillSearches(cluster)
      expected = await expectedDocuments(cluster, member)
    })
    afterAll(async () => {
      if (needed) await source.stop()
    })

    for (const [n, wanted] of TARGETS.entries()) {
      const reason = reasons[n]
      const skipped = reason === undefined ? '' : ` [skipped: ${reason}]`
      const title = `every document arrives in ${named(wanted)}, and searches find the same`
      test.skipIf(reason !== undefined)(`${title}${skipped}`, async () => {
        const target = targets.get(named(wanted))!
        await wipe(target)
        await migrate(source, target, member, work)
        expect(await differences(cluster, expected, target, member)).toEqual([])
        for (const index of member.rebuilt) {
          const sent = await readColumns(source, index)
          expect(sent.size).toBeGreaterThan(10)
          expect(await readColumns(target, index), index).toEqual(sent)
        }
        expect(await missingPipelines(source, target)).toEqual([])
        const compared = await compareSearches(searches, cluster, target)
        expect(compared.differences).toEqual([])
        expect(compared.searches).toBeGreaterThan(50)
      })
    }
  })
}

/** Runs the page's minimal configuration, with every document compared; only the patterns name what has no sources. */
async function migrate(
  source: ServerHandle,
  target: ServerHandle,
  { leftOut, rebuilt }: SourceMember,
  work: string,
): Promise<void> {
  const home = join(work, `${named(source)} ${named(target)}`.replaceAll(' ', '-'))
  const file = join(work, 'migration.yaml')
  const split = dialectOf(source.distribution, source.version).api <= 5 ? SPLIT : []
  // The searches for the target before have written one index on the source, too.
  const excluded = [...Object.keys(leftOut), ...rebuilt, ...split, SEARCHED_AFTERWARDS].map((name) => `-${name}`)
  const groups = [
    `      - indices: ${JSON.stringify(['*', ...excluded])}
        verify: full
        metadataMigration:
          ingestPipelineAllowlist: ['*']
`,
    ...(rebuilt.length === 0
      ? []
      : [
          `      - indices: ${JSON.stringify(rebuilt)}
        verify: full
        documentBackfill:
          sourceless: rebuild
`,
        ]),
    ...(split.length === 0
      ? []
      : [
          `      - indices: ${JSON.stringify(split)}\n        verify: full\n        metadataMigration:\n          types: split\n`,
        ]),
  ].join('')
  writeFileSync(file, pageConfiguration(source, target, { groups }))
  const result = await runProgram(['submit', '-f', file, '--fresh', '--wait', '--timeout', '600'], { home })
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

/** What every index and data stream of the target has to hold: canonical sources by name and place. */
type ExpectedDocuments = ReadonlyMap<string, ReadonlyMap<string, string>>

async function expectedDocuments(
  cluster: FilledCluster,
  { leftOut, rebuilt }: SourceMember,
): Promise<ExpectedDocuments> {
  const expected = new Map<string, Map<string, string>>()
  for (const name of cluster.indices.keys()) {
    const stream = /^\.ds-(.*?)(-\d{4}\.\d\d\.\d\d)?-\d{6}$/.exec(name)?.[1]
    if (stream === undefined && (name.startsWith('.') || name in leftOut || rebuilt.includes(name))) continue
    const isSplit = cluster.dialect.api <= 5 && SPLIT.includes(name)
    if (!isSplit && stream === undefined) expected.set(name, new Map())
    for (const line of await expectedLines(cluster, cluster.indices.get(name)!)) {
      const document = parseJsonExact(line, name) as JsonObject
      const routing = document['routing'] ?? document['parent']
      // Later versions show vectors no more, but what was sent arrives whole.
      const source = (name === 'vector' ? document['_sent'] : undefined) ?? joined(name, document, cluster)
      const place = stream ?? (isSplit ? `${name}-${document['_type'] as string}` : name)
      if (!expected.has(place)) expected.set(place, new Map())
      const key = documentKey(document['_id'] as string, routing as string | undefined)
      expected.get(place)!.set(key, canonicalJson(comparable(name, source)))
    }
  }
  return expected
}

/**
 * What is compared of a document. Vectors of one index are scaled back in 32-bit arithmetic, or not shown by the source. A server
 * that derives sources shows objects that a document lacks as empty ones; they are no part of it.
 */
function comparable(index: string, source: JsonValue): JsonValue {
  if (index === 'derived') return withoutEmptyObjects(source)
  if (index !== 'synthetic_types' || !isJsonObject(source)) return source
  const vectors = /^cosine$|_(vector|cosine)$/
  return Object.fromEntries(Object.entries(source).filter(([name]) => !vectors.test(name)))
}

function withoutEmptyObjects(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([name, member]) => [name, withoutEmptyObjects(member)] as const)
  return Object.fromEntries(members.filter(([, member]) => !isJsonObject(member) || Object.keys(member).length > 0))
}

/** Indices that {@link comparable} leaves something out of. */
const COMPARED_IN_PART: readonly string[] = ['synthetic_types', 'derived']

/** One line for each document that the target lacks, has beyond, or has otherwise than the source. */
async function differences(
  cluster: FilledCluster,
  expected: ExpectedDocuments,
  target: ServerHandle,
  { rebuilt }: SourceMember,
): Promise<string[]> {
  const lines: string[] = []
  const there = [
    ...(await indexNames(target)).filter((name) => !name.startsWith('.ds-') && !rebuilt.includes(name)),
    ...(await streamNames(target)),
  ]
  for (const [name, documents] of expected) {
    if (!there.includes(name)) {
      lines.push(`index ${name} is missing`)
      continue
    }
    const found = name === 'loose' ? await looseDocuments(target, cluster) : await readDocuments(target, name)
    const bare = (text: string | undefined): string | undefined =>
      text === undefined ? undefined : canonicalJson(comparable(name, parseJsonExact(text, name)))
    for (const [key, text] of documents)
      if ((COMPARED_IN_PART.includes(name) ? bare(found.get(key)) : found.get(key)) !== text)
        lines.push(`${name} ${key}: ${text} became ${found.get(key)}`)
    for (const key of found.keys()) if (!documents.has(key)) lines.push(`${name} ${key}: not in the source`)
  }
  for (const name of there) if (!expected.has(name)) lines.push(`index ${name} is not of the source`)
  return lines
}

/** Pipelines of the source that the target does not have. */
async function missingPipelines(source: ServerHandle, target: ServerHandle): Promise<string[]> {
  if (dialectOf(source.distribution, source.version).api < 5) return []
  const idsOf = async (server: ServerHandle): Promise<string[]> =>
    Object.keys(await rest(server).get<object>('/_ingest/pipeline'))
  const there = await idsOf(target)
  const wanted = await idsOf(source)
  expect(wanted).not.toEqual([])
  return wanted.filter((id) => !there.includes(id))
}

/** The source of a document, with what it gets when its index has `_parent`, `_timestamp` or `_ttl`. */
function joined(name: string, document: JsonObject, { dialect }: FilledCluster): JsonValue {
  const source = document['_source'] as JsonObject
  const type = document['_type'] as string
  if (name === 'timestamps') {
    const n = Number(source['n'])
    return { ...source, _timestamp: 1_400_000_000_000 + n, _ttl: 5_400_000_000_000 + 2 * n }
  }
  if (name !== 'search_family' || dialect.api > 5 || type === 'other') return source
  const parent = document['parent']
  return { ...source, join: { name: type, ...(parent === undefined ? {} : { parent }) } }
}
