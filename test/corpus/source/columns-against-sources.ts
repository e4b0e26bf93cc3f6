import { expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { parseJsonExact, stringifyJson } from '../../../src/codec/json-exact.ts'
import { isJsonObject, type JsonValue } from '../../../src/codec/json-value.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { leavesOf } from '../../../src/source/rebuild/leaves.ts'
import { readShardSources } from '../../../src/source/rebuild/read-shard-sources.ts'
import { SourceLines } from '../../../src/source/source-lines.ts'
import type { Fixture } from '../../fixtures/load.ts'

const signal = new AbortController().signal
/** Indices whose sources are filtered, or no strict JSON, so that they are not what was indexed. */
const NOT_AS_INDEXED = new Set(['excluded', 'loose'])
/** Types whose values the column has exactly, as a set. */
const EXACT = new Set(['long', 'integer', 'short', 'byte', 'double', 'boolean', 'keyword'])

/**
 * In indices that store their sources, every field that is put together from its column has the values of the source, as a
 * set: whatever differs is a fault of the columns' reader.
 */
export function testColumnsAgainstSources(fixture: Fixture): void {
  test(`${fixture.name}: what columns hold is what the stored sources say`, async () => {
    let compared = 0
    for await (const { source, rebuilt, types, where } of documentsOf(fixture)) {
      for (const [field, type] of types) {
        if (!EXACT.has(type)) continue
        const sent = valuesAt(source, field).filter((value) => value !== null)
        const found = valuesAt(rebuilt, field)
        // A multi-valued field may hold texts for numbers, which the server has turned into numbers.
        const expected = new Set(sent.map((value) => asText(value, type)))
        expect(new Set(found.map((value) => asText(value, type))), `${where} ${field}`).toEqual(expected)
        compared += expected.size
      }
    }
    expect(compared).toBeGreaterThan(0)
  })
}

interface Pair {
  readonly source: JsonValue
  readonly rebuilt: JsonValue
  /** Type by field, of fields that have a column and are not inside nested objects. */
  readonly types: ReadonlyMap<string, string>
  readonly where: string
}

async function* documentsOf(fixture: Fixture): AsyncGenerator<Pair> {
  const [repository] = fixture.repositories
  const opened = await openRepository(await openStore(repository!.path), signal)
  const [first] = repository!.snapshots
  const snapshot = await opened.snapshot(first!.name, signal)
  for (const { name } of first!.indices) {
    if (NOT_AS_INDEXED.has(name)) continue
    const metadata = await snapshot.index(name, signal)
    const mappings = metadata.mappings.map(({ type, mapping }) => ({
      type,
      mapping: { ...mapping, _source: { enabled: false } },
    }))
    const index = { ...metadata, settings: new Map<string, string>(), mappings }
    if (mappings.length !== 1) continue
    const types = new Map(
      leavesOf(mappings[0]!.mapping)
        .filter(({ nested, isCopyTarget, mapping }) => nested === undefined && !isCopyTarget && isPlain(mapping))
        .map((leaf) => [leaf.name, leaf.type]),
    )
    const lines = new SourceLines()
    for (let shard = 0; shard < metadata.numberOfShards; shard++) {
      const { directory } = await snapshot.shard(name, shard, signal)
      for await (const { batch, rebuilder } of readShardSources(directory, index, { sourceless: 'rebuild' }, signal)) {
        lines.begin(batch)
        for (let place = 0; place < batch.count; place++) {
          if (!lines.find(batch, place) || batch.recoveryStart(place) !== -1) continue
          const stored = Buffer.from(lines.bytes.subarray(lines.start, lines.end)).toString('utf8')
          const rebuilt = rebuilder!.rebuild(batch, place, undefined)
          if (!('json' in rebuilt)) throw new Error('a disabled source is always put together')
          yield {
            source: parseJsonExact(stored, 'source'),
            rebuilt: parseJsonExact(Buffer.from(rebuilt.json).toString('utf8'), 'rebuilt'),
            types,
            where: `${name} ${batch.id(place)}`,
          }
        }
      }
    }
  }
}

/** A field whose column has every value as it was sent. */
function isPlain(mapping: Readonly<Record<string, JsonValue>>): boolean {
  const odd = [
    'doc_values',
    'ignore_above',
    'normalizer',
    'null_value',
    'ignore_malformed',
    'script',
    'index',
    'enabled',
  ]
  return odd.every((name) => mapping[name] === undefined)
}

/** All values of a field, in objects and lists, under a dotted name or nested ones. */
function valuesAt(value: JsonValue | undefined, field: string): JsonValue[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap((one) => valuesAt(one, field))
  if (field === '') return [value]
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, child]) => {
    if (field === name) return valuesAt(child, '')
    return field.startsWith(`${name}.`) ? valuesAt(child, field.slice(name.length + 1)) : []
  })
}

function asText(value: JsonValue, type: string): string {
  if (type === 'keyword') return typeof value === 'string' ? value : stringifyJson(value)
  const text = typeof value === 'string' ? value : stringifyJson(value)
  return type === 'double' ? String(Number(text)) : text
}
