import { expect, test } from 'vitest'
import { JsonBytes } from '../../../../src/codec/json-bytes.ts'
import type { Column, NumberColumn } from '../../../../src/lucene/doc-values/column.ts'
import type { FieldInfo } from '../../../../src/lucene/field-infos.ts'
import { openAggregateLeaf } from '../../../../src/source/rebuild/aggregate-leaf.ts'
import type { LeafContext } from '../../../../src/source/rebuild/leaf-reader.ts'

const signal = new AbortController().signal
const LEAF = {
  path: ['o', 'load'],
  name: 'o.load',
  type: 'aggregate_metric_double',
  mapping: { metrics: ['max', 'min', 'value_count'], default_metric: 'max' },
  nested: undefined,
  isCopyTarget: false,
}

/** A column with the values of two documents at most. */
const numbers = (first: bigint[], second: bigint[]): NumberColumn => ({
  kind: 'numbers',
  window: () =>
    Promise.resolve({
      starts: Int32Array.of(0, first.length, first.length + second.length),
      values: BigInt64Array.of(...first, ...second),
    }),
})

/** A segment with columns of these names. */
function segmentWith(columns: Readonly<Record<string, Column>>): LeafContext {
  const fields = Object.keys(columns).map((name) => [name, { name, docValuesType: 'sorted_numeric' }] as const)
  return {
    index: 'metrics',
    segment: { name: '_0', fields: { byName: new Map(fields) } },
    columns: { open: ({ name }: FieldInfo) => Promise.resolve(columns[name]!) },
    created: undefined,
    synthetic: true,
    nested: false,
  } as unknown as LeafContext
}

test('metrics are members in the order of a server, doubles but for the count; a document without any has no value', async () => {
  const context = segmentWith({
    'o.load.value_count': numbers([3n], []),
    'o.load.max': numbers([0x4004000000000000n], []),
    'o.load.min': numbers([-4607182418800017409n], []),
  })
  const reader = await openAggregateLeaf(LEAF, context, signal)
  await reader.load(10, 12, signal)
  expect(reader.text(10, new Map())).toBe('{"min":-1.0,"max":2.5,"value_count":3}')
  expect(reader.text(11, new Map())).toBeUndefined()
  const out = new JsonBytes()
  expect([reader.write(out, 10, new Map()), reader.write(out, 11, new Map())]).toEqual([true, false])
  expect(Buffer.from(out.take()).toString()).toBe('{"min":-1.0,"max":2.5,"value_count":3}')
})

test('a metric that is no number is damage, and no metric at all a problem', async () => {
  const bytes: Column = {
    kind: 'bytes',
    distinct: true,
    fewValues: false,
    window: () => Promise.resolve({ starts: Int32Array.of(0, 1), values: [Uint8Array.of(1)] }),
  }
  const reader = await openAggregateLeaf(LEAF, segmentWith({ 'o.load.sum': bytes }), signal)
  await reader.load(0, 1, signal)
  expect(() => reader.text(0, new Map())).toThrow("mapped as 'aggregate_metric_double' but bytes of 'sum' cannot")
  expect((await openAggregateLeaf(LEAF, segmentWith({}), signal)).problem).toBe('its metrics are in no column')
})
