import { describe, expect, test } from 'vitest'
import { toJavaFormat } from '../../../src/metadata/joda-format.ts'
import { plain, rulesOf, translate } from './translate.ts'

describe('the root of a mapping', () => {
  test.each([
    ['all-field', { _all: { enabled: false } }, {}],
    ['early-metadata-fields', { _analyzer: { path: 'a' }, _id: { path: 'b' } }, {}],
    ['timestamp-and-ttl', { _timestamp: { enabled: false }, _ttl: { enabled: false } }, {}],
    ['routing-field', { _routing: { required: true, path: 'x' } }, { _routing: { required: true } }],
    ['source-field', { _source: { compress: true, enabled: false } }, { _source: { enabled: false } }],
    ['source-field', { _source: { mode: 'synthetic' } }, {}],
    ['size-field', { _size: { enabled: true } }, {}],
    ['dynamic', { dynamic: 'runtime', date_detection: 'no' }, { dynamic: 'true', date_detection: false }],
    ['subobjects', { subobjects: false }, {}],
    ['root-switches', { _data_stream_timestamp: { enabled: true } }, {}],
    [
      'dynamic-date-formats',
      { dynamic_date_formats: ['dateOptionalTime', 'YYYY'] },
      { dynamic_date_formats: ['date_optional_time', 'yyyy'] },
    ],
    [
      'runtime-fields',
      { runtime: { a: { type: 'long', script: { source: 'emit(1)' } }, b: { type: 'long' } } },
      { derived: { a: { type: 'long', script: { source: 'emit(1)' } } } },
    ],
    [
      'dynamic-templates',
      { dynamic_templates: [{ t: { match: ['a*', 'b*'], mapping: { type: 'long' } } }] },
      {
        dynamic_templates: [
          { t: { match: 'a*', mapping: { type: 'long' } } },
          { 't-2': { match: 'b*', mapping: { type: 'long' } } },
        ],
      },
    ],
    ['dynamic-templates', { dynamic_templates: [{ t: { match: 'a', runtime: {} } }] }, { dynamic_templates: [] }],
  ])('%s: %j becomes %j', (rule, before, after) => {
    const translated = translate({ from: 'elasticsearch 6.8', mappings: { _doc: before } })
    expect(plain(translated.body['mappings'])).toEqual(after)
    expect(rulesOf(translated)).toContain(rule)
  })

  test('keeps names that look like parts of a prototype', () => {
    const properties = JSON.parse('{ "__proto__": { "type": "string" }, "constructor": { "type": "long" } }') as object
    const translated = translate({ mappings: { _doc: { properties } } })
    expect(JSON.stringify(plain(translated.body['mappings']))).toBe(
      '{"properties":{"__proto__":{"type":"text"},"constructor":{"type":"long"}}}',
    )
  })
})

describe('several types', () => {
  const text = { type: 'text' }

  test('become one mapping with the fields of all', () => {
    const a = { properties: { x: text, o: { properties: { p: text } } } }
    const b = { properties: { y: text, o: { properties: { q: text } } } }
    const translated = translate({ from: 'elasticsearch 5.6', mappings: { _default_: {}, a, b } })
    expect(plain(translated.body['mappings'])).toEqual({
      properties: { x: text, o: { properties: { p: text, q: text } }, y: text },
    })
    expect(translated.documentTransforms).toEqual([{ kind: 'merge-types', types: ['a', 'b'] }])
    expect(translated.problems).toHaveLength(1)
  })

  test('that define a field differently are a problem, and the first definition stays whole', () => {
    const a = { properties: { x: { type: 'long' } } }
    const b = { properties: { x: { type: 'date', format: 'yyyy' } } }
    const translated = translate({ from: 'elasticsearch 1.7', mappings: { a, b } })
    expect(plain(translated.body['mappings'])).toEqual({ properties: { x: { type: 'long' } } })
    expect(translated.problems.map(({ path }) => path)).toContain('mappings.properties.x')
  })

  test('take the most permissive dynamic, and require routing only together', () => {
    const strict = { dynamic: 'strict', _routing: { required: true } }
    const translated = translate({ from: 'elasticsearch 5.6', mappings: { a: strict, b: {} } })
    expect(plain(translated.body['mappings'])).toEqual({ dynamic: 'true' })
    const both = translate({ from: 'elasticsearch 5.6', mappings: { a: strict, b: strict } })
    expect(plain(both.body['mappings'])).toEqual({ dynamic: 'strict', _routing: { required: true } })
  })

  test('with queries to be matched are a problem, with the mapping that matches them', () => {
    const query = { type: 'object', enabled: false }
    const mappings = { doc: { properties: { a: { type: 'long' } } }, '.percolator': { properties: { query } } }
    const translated = translate({ from: 'elasticsearch 2.4', mappings })
    expect(translated.problems).toContainEqual(
      expect.objectContaining({ rule: 'percolator-type', path: 'mappings.properties.query' }),
    )
    expect(plain(translated.body['mappings'])).toEqual({ properties: { a: { type: 'long' }, query } })
  })

  test('of which one keeps times keep them together', () => {
    const kept = { _timestamp: { enabled: true } }
    const translated = translate({
      from: 'elasticsearch 2.4',
      mappings: { a: { _timestamp: { enabled: false } }, b: kept },
    })
    expect(plain(translated.body['mappings'])).toEqual({
      properties: { _timestamp: { type: 'date', ignore_malformed: true } },
    })
    expect(translated.documentTransforms).toContainEqual({ kind: 'time', from: '_timestamp', field: '_timestamp' })
    expect(translated.problems.map(({ rule }) => rule)).toEqual(['merge-types'])
  })

  test('with parents get a join field, or only keep their routing when that is asked for', () => {
    const mappings = { question: {}, answer: { _parent: { type: 'question' } }, vote: { _parent: { type: 'answer' } } }
    const from = 'elasticsearch 5.6'
    const joined = translate({ from, mappings, options: { joinField: 'family' } })
    const relations = { question: ['answer'], answer: ['vote'] }
    expect(plain(joined.body['mappings'])).toEqual({ properties: { family: { type: 'join', relations } } })
    expect(joined.documentTransforms).toContainEqual({ kind: 'join', field: 'family', relations })
    const routed = translate({ from, mappings, options: { parents: 'routing' } })
    expect(plain(routed.body['mappings'])).toEqual({})
    expect(routed.problems.map(({ rule }) => rule)).toContain('parents')
  })

  test('get no join field where a field has its name, which is a problem', () => {
    const parent = { properties: { join: { type: 'text' } } }
    const translated = translate({
      from: 'elasticsearch 5.6',
      mappings: { parent, child: { _parent: { type: 'parent' } } },
    })
    expect(plain(translated.body['mappings'])).toEqual(parent)
    expect(translated.problems).toContainEqual(
      expect.objectContaining({ rule: 'parents', path: 'mappings.properties.join' }),
    )
  })
})

describe('a date format of Joda', () => {
  test.each([
    ['dateOptionalTime', 'date_optional_time'],
    ['strict_date_optional_time||epoch_millis', 'strict_date_optional_time||epoch_millis'],
    ['yyyyMMdd', 'yyyyMMdd'],
    ["YYYY-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm"],
    ['xxxx-ww', 'YYYY-ww'],
    ['HH:mm:ssZ', 'HH:mm:ssZ||HH:mm:ssXX||HH:mm:ssXXX'],
    ['HHZZ', 'HHxxx||HHXXX||HHXX'],
    ['HH ZZZ', 'HH VV'],
    ['8uuuu-MM-dd', '8uuuu-MM-dd'],
    ['CCyy||yyyy', 'yyyy'],
  ])('%s is %s in java.time', (before, after) => {
    expect(toJavaFormat(before).format).toBe(after)
  })
})
