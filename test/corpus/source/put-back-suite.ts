import { expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { parseJsonExact, stringifyJson } from '../../../src/codec/json-exact.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/codec/json-value.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { readShardSources } from '../../../src/source/rebuild/read-shard-sources.ts'
import { SourceLines } from '../../../src/source/source-lines.ts'
import type { Fixture } from '../../fixtures/load.ts'

const signal = new AbortController().signal

/** An index that stores whole sources, and fields to take out of them whose columns have every value as it was sent. */
const TAKEN_OUT: readonly { readonly index: string; readonly fields: readonly string[] }[] = [
  { index: 'plain', fields: ['n', 'tag', 'flag', 'd', 'obj.a.b.l', 'obj.a'] },
  { index: 'nested', fields: ['comments.who', 'comments.stars'] },
  { index: 'routed', fields: ['n'] },
]

/**
 * In indices that store their sources whole, a field that is taken out of a source as a filter would have done is put back
 * where it was, nested objects included: what was filtered can be trusted as far as what is stored.
 */
export function testPuttingBack(fixture: Fixture): void {
  test(`${fixture.name}: what a filter takes out of a source is put back`, async () => {
    let compared = 0
    for (const { index, fields } of TAKEN_OUT) {
      for (const field of fields) compared += await compareIndex(fixture, index, field)
    }
    expect(compared).toBeGreaterThan(0)
  })
}

async function compareIndex(fixture: Fixture, name: string, field: string): Promise<number> {
  const [repository] = fixture.repositories
  const [first] = repository!.snapshots
  if (!first!.indices.some((one) => one.name === name)) return 0
  const snapshot = await (await openRepository(await openStore(repository!.path), signal)).snapshot(first!.name, signal)
  const metadata = await snapshot.index(name, signal)
  const mappings = metadata.mappings.map(({ type, mapping }) => ({
    type,
    mapping: { ...mapping, _source: { excludes: [field] } },
  }))
  let compared = 0
  const lines = new SourceLines()
  for (let shard = 0; shard < metadata.numberOfShards; shard++) {
    const { directory } = await snapshot.shard(name, shard, signal)
    const index = { ...metadata, mappings }
    for await (const { batch, rebuilder } of readShardSources(directory, index, { sourceless: 'rebuild' }, signal)) {
      if (rebuilder === undefined) continue
      lines.begin(batch)
      for (let place = 0; place < batch.count; place++) {
        lines.find(batch, place)
        const stored = Buffer.from(lines.bytes.subarray(lines.start, lines.end)).toString('utf8')
        const sent = parseJsonExact(stored, 'source')
        if (!isJsonObject(sent)) throw new Error('a source is an object')
        const filtered = without(sent, field.split('.'))
        if (stringifyJson(filtered) === stringifyJson(sent)) continue
        const rebuilt = rebuilder.rebuild(batch, place, Buffer.from(stringifyJson(filtered)))
        if (!('json' in rebuilt)) throw new Error('what can be put back is put back')
        const found = parseJsonExact(Buffer.from(rebuilt.json).toString('utf8'), 'rebuilt')
        if (rebuilder.report().fields.some(({ level }) => level === 'missing')) continue
        expect(comparable(found), `${name} ${field} ${batch.id(place)}`).toEqual(comparable(sent))
        compared++
      }
    }
  }
  return compared
}

function without(object: JsonObject, path: readonly string[]): JsonObject {
  const [name, ...rest] = path
  const inside = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map(inside)
    return isJsonObject(value) ? without(value, rest) : value
  }
  return Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => {
      if (key !== name) return [[key, value]]
      return rest.length === 0 ? [] : [[key, inside(value)]]
    }),
  )
}

/** Members in one order, lists as sets, a list of one as its only value, without nulls and empty lists. */
function comparable(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) {
    const values = (value as readonly JsonValue[]).flatMap((one) => comparable(one) ?? [])
    const distinct = [...new Map(values.map((one) => [stringifyJson(one), one])).values()]
    if (distinct.length < 2) return distinct[0]
    return distinct.every(isJsonObject)
      ? distinct
      : distinct.toSorted((a, b) => (stringifyJson(a) < stringifyJson(b) ? -1 : 1))
  }
  if (value === null) return undefined
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).flatMap(([name, child]) => {
    const own = comparable(child)
    return own === undefined ? [] : [[name, own] as const]
  })
  return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
