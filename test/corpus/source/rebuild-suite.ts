import { describe, expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { parseJsonExact, stringifyJson } from '../../../src/codec/json-exact.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/codec/json-value.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { readShardSources } from '../../../src/source/rebuild/read-shard-sources.ts'
import { RebuildReport } from '../../../src/source/rebuild/rebuild-report.ts'
import type { Sourceless } from '../../../src/source/rebuild/sourceless.ts'
import { RebuiltLines } from '../../../src/source/rebuild/rebuilt-lines.ts'
import type { ExpectedDocument, Fixture, FixtureRepository } from '../../fixtures/load.ts'

const signal = new AbortController().signal

/** What came of an index when everything that is not stored was rebuilt. */
interface RebuiltIndex {
  readonly documents: ReadonlyMap<string, string>
  readonly failures: readonly string[]
  readonly report: RebuildReport
}

async function rebuildIndex(
  repository: FixtureRepository,
  snapshotName: string,
  index: string,
  sourceless: Sourceless | undefined,
): Promise<RebuiltIndex> {
  const opened = await openRepository(await openStore(repository.path), signal)
  const snapshot = await opened.snapshot(snapshotName, signal)
  const metadata = await snapshot.index(index, signal)
  const documents = new Map<string, string>()
  const failures: string[] = []
  const report = new RebuildReport()
  const lines = new RebuiltLines()
  for (let shard = 0; shard < metadata.numberOfShards; shard++) {
    const { directory } = await snapshot.shard(index, shard, signal)
    const options = {
      sourceless,
      finished: (rebuilder: { report(): Parameters<RebuildReport['add']>[0] }) => report.add(rebuilder.report()),
    }
    for await (const { batch, rebuilder } of readShardSources(directory, metadata, options, signal)) {
      lines.begin(batch, rebuilder)
      for (let place = 0; place < batch.count; place++) {
        const reason = lines.find(batch, place)
        if (reason !== undefined) failures.push(reason)
        else documents.set(batch.id(place), Buffer.from(lines.bytes.subarray(lines.start, lines.end)).toString('utf8'))
      }
    }
  }
  return { documents, failures, report }
}

/** Synthetic sources as the server returns them, vectors put back, disabled sources as far as anything of them is kept. */
export function testRebuilding(fixture: Fixture): void {
  const cases = fixture.repositories.flatMap((repository) =>
    repository.snapshots.flatMap((snapshot) =>
      snapshot.indices
        .filter(({ name }) => REBUILT.includes(name))
        .map((index) => ({ repository, snapshot: snapshot.name, index })),
    ),
  )
  describe.skipIf(cases.length === 0)(fixture.name, () => {
    test.each(cases.map((at) => [`${at.repository.name}/${at.snapshot}/${at.index.name}`, at] as const))(
      '%s is rebuilt as expected',
      async (_, { repository, snapshot, index }) => {
        const expected = index.expected()
        const { documents, failures, report } = await rebuildIndex(repository, snapshot, index.name, 'rebuild')
        expect(failures).toEqual([])
        expect([...documents.keys()].sort()).toEqual(expected.map(({ id }) => id).sort())
        for (const document of expected) {
          const actual = documents.get(document.id)!
          if (index.name === 'nosource') compareRebuilt(document, actual, report)
          else if (index.name === 'nosource_nested') compareNested(document, actual, report)
          else if (index.name === 'excluded') compareFiltered(document, actual, report)
          else if (index.name === 'synthetic_types') compareTypes(document, actual)
          else if (index.name === 'derived')
            expect(sorted(parse(actual))).toBe(sorted(withoutEmpty(parse(document.source!))))
          else if (index.name === 'sparse_vectors') expect(parse(actual)).toEqual(parse(document.source!))
          else if (index.name === 'vector') expect(parse(actual)).toEqual(parse(document.sent ?? document.source!))
          else expect(actual).toBe(document.source)
        }
      },
    )

    const filtered = cases.filter(({ index }) => index.name === 'excluded')
    test.each(filtered.map((at) => [`${at.repository.name}/${at.snapshot}/${at.index.name}`, at] as const))(
      '%s is whole, or as it is stored, unless anything else is asked for',
      async (_, { repository, snapshot, index }) => {
        const { documents, failures, report } = await rebuildIndex(repository, snapshot, index.name, undefined)
        expect(failures).toEqual([])
        const lacking = report.fields.filter(({ level }) => level === 'missing')
        for (const { id, source, sent } of index.expected()) {
          const actual = documents.get(id)!
          if (lacking.length === 0) expect(sorted(parse(actual)), id).toEqual(sorted(parse(sent!)))
          else expect(actual, id).toBe(source)
        }
        expect(report.incomplete).toBe(lacking.length === 0 ? 0 : documents.size)
      },
    )
    test.each(filtered.map((at) => [`${at.repository.name}/${at.snapshot}/${at.index.name}`, at] as const))(
      '%s is rejected with the names of what was filtered out when that is asked for',
      async (_, { repository, snapshot, index }) => {
        const { documents, failures } = await rebuildIndex(repository, snapshot, index.name, 'reject')
        expect(documents.size).toBe(0)
        expect(failures).toHaveLength(index.expected().length)
        for (const reason of failures) expect(reason).toMatch(/^the stored source lacks these fields: .*'dropped' \(/)
      },
    )
  })
}

/** What was filtered out is back, but for what the report calls missing. */
function compareFiltered({ id, sent }: ExpectedDocument, actual: string, report: RebuildReport): void {
  const missing = report.fields.filter(({ level }) => level === 'missing').map(({ field }) => field.split('.'))
  const wanted = missing.reduce(withoutPath, parse(sent!))
  expect(sorted(parse(actual)), id).toEqual(sorted(wanted))
  expect(missing.length, 'fields that were sent').toBeLessThanOrEqual(3)
}

function withoutPath(value: JsonValue, path: readonly string[]): JsonValue {
  if (!isJsonObject(value)) return value
  const [name, ...rest] = path
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) => {
      if (key !== name) return [[key, child]]
      return rest.length === 0 ? [] : [[key, withoutPath(child, rest)]]
    }),
  )
}

/** As text with members in one order, digits as they were. */
function sorted(value: JsonValue): string {
  if (!isJsonObject(value)) return stringifyJson(value)
  return `{${Object.entries(value)
    .map(([name, child]) => `${JSON.stringify(name)}:${sorted(child)}`)
    .sort()
    .join(',')}}`
}

/** OpenSearch shows every object of the mapping, without members where a document lacks it. */
function withoutEmpty(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([name, child]) => [name, withoutEmpty(child)] as const)
  return Object.fromEntries(members.filter(([, child]) => !isJsonObject(child) || Object.keys(child).length > 0))
}

const REBUILT = [
  ...['synthetic', 'logs-like', 'vector', 'nosource', 'nosource_nested', 'excluded'],
  ...['synthetic_nested', 'synthetic_types', 'synthetic_kept', 'metrics', 'derived'],
  ...['sparse_vectors', 'synthetic_sparse', 'counted'],
]
const VECTORS = ['raw_vector', 'cosine', 'byte_vector']

/** As the server returns it; later versions show no vectors, which then are those that were sent. */
function compareTypes({ source, sent }: ExpectedDocument, actual: string): void {
  const [rebuilt, given] = [parse(actual) as JsonObject, parse(sent!) as JsonObject]
  if (!('raw_vector' in given) || source!.includes('"raw_vector"')) {
    expect(actual).toBe(source)
    return
  }
  expect(actual.replaceAll(/"(?:raw_vector|cosine|byte_vector)":\[[^\]]*\],/g, '')).toBe(source)
  for (const name of VECTORS) {
    const components = rebuilt[name] as readonly number[]
    for (const [at, component] of (given[name] as readonly number[]).entries())
      expect(components[at], `${name} ${at}`).toBeCloseTo(component, 5)
  }
}

/** Nested objects where they were, in their order; what is analysed alone is missing and reported. */
function compareNested({ id, sent }: ExpectedDocument, text: string, report: RebuildReport): void {
  if (report.rebuilt === 0) {
    expect(text, id).toBe(sent)
    return
  }
  const missing = report.fields.filter(({ level }) => level === 'missing').map(({ field }) => field)
  if (missing.includes('pairs.k')) {
    expect(missing).toEqual(expect.arrayContaining(['comments.who', 'comments.replies.n', 'comments.replies.lost']))
    expect(text, id).toBe(stringifyJson({ title: (parse(sent!) as JsonObject)['title']! }))
    return
  }
  expect(missing).toEqual(['comments.replies.lost'])
  expect(canonical(parse(text)), id).toEqual(canonical(parse(sent!)))
}

/** Lists of one as their only value, without empty lists and what is analysed alone. */
function canonical(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) {
    const values = (value as readonly JsonValue[]).flatMap((one) => canonical(one) ?? [])
    return values.length > 1 ? values : values[0]
  }
  if (!isJsonObject(value)) return value
  const members = Object.entries(value)
    .filter(([name]) => name !== 'lost')
    .flatMap(([name, child]) => {
      const own = canonical(child)
      return own === undefined ? [] : [[name, own] as const]
    })
  return Object.fromEntries(members)
}

/** Every field that is there has the values that were sent, as a set; every field that is not is reported. */
function compareRebuilt({ id, sent }: ExpectedDocument, text: string, report: RebuildReport): void {
  const wanted = leaves(parse(sent!))
  const found = leaves(parse(text))
  const missing = new Set(report.fields.filter(({ level }) => level === 'missing').map(({ field }) => field))
  for (const [field, value] of wanted) {
    if (missing.has(field) && !found.has(field)) continue
    expect(found.get(field), `${id} ${field}`).toBeDefined()
    const actual = found.get(field)!
    if (isJsonObject(value) && isJsonObject(actual)) {
      for (const name of ['lat', 'lon'])
        expect(Number(actual[name]), `${id} ${field}`).toBeCloseTo(Number(value[name]), 5)
    } else {
      expect(comparable(field, actual), `${id} ${field}`).toEqual(comparable(field, value))
    }
  }
  expect([...found.keys()].filter((field) => !wanted.has(field))).toEqual([])
}

function parse(text: string): JsonValue {
  return parseJsonExact(text, 'document')
}

function leaves(value: JsonValue, path = ''): Map<string, JsonValue> {
  if (!isJsonObject(value) || 'lat' in value) return new Map([[path, value]])
  return new Map(
    Object.entries(value).flatMap(([name, child]) => [...leaves(child, path === '' ? name : `${path}.${name}`)]),
  )
}

/** Values as a set of texts; dates as times. */
function comparable(field: string, value: JsonValue): string[] {
  const values = Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
  const text = (one: JsonValue): string => {
    if (typeof one === 'number' && /^date/.test(field)) return JSON.stringify(new Date(one).toISOString())
    // A scaled float keeps two digits behind the point here.
    if (typeof one === 'number' && field === 'sf') return one.toFixed(2)
    return stringifyJson(one)
  }
  return [...new Set(values.map(text))].sort()
}
