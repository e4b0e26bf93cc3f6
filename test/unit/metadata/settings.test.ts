import { describe, expect, test } from 'vitest'
import { defaultRoutingShards } from '../../../src/metadata/routing-shards.ts'
import { RULES } from '../../../src/metadata/rules.ts'
import { rulesOf, translate, translateSettings, type Example } from './translate.ts'

/** Rule, settings before, settings after, source and target. */
const CASES: readonly (readonly [string, object, object, Example?])[] = [
  ['private-settings', { index: { uuid: 'u', creation_date: '1', version: { created: '7100299' } } }, {}],
  ['lifecycle-settings', { 'index.lifecycle.name': 'hot' }, {}],
  ['xpack-settings', { 'index.xpack.watcher.template.version': '1' }, {}],
  [
    'index-mode',
    { 'index.mode': 'logsdb', 'index.mapping.source.mode': 'synthetic' },
    {},
    { from: 'elasticsearch 8.19' },
  ],
  ['dynamic-mapper-setting', { 'index.mapper.dynamic': 'false' }, {}, { from: 'elasticsearch 5.6' }],
  ['single-type-settings', { 'index.mapping.single_type': 'true' }, {}, { from: 'elasticsearch 5.6' }],
  ['data-path', { 'index.data_path': '/data' }, {}],
  ['early-storage-settings', { 'index.translog.flush_threshold_ops': '5' }, {}, { from: 'elasticsearch 1.7' }],
  ['allocation-settings', { 'index.routing.allocation.include._tier_preference': 'data_hot' }, {}],
  ['blocks', { 'index.blocks.write': 'true' }, {}],
  ['soft-deletes', { 'index.soft_deletes.enabled': 'false' }, {}],
  ['translog-retention', { 'index.translog.retention.age': '12h' }, {}],
  ['codec', { 'index.codec': 'zstd' }, { 'index.codec': 'best_compression' }, { from: 'opensearch 2.11' }],
  ['codec', { 'index.codec': 'lz4' }, { 'index.codec': 'default' }, { from: 'opensearch 2.11', to: 'opensearch 1.3' }],
  ['store-type', { 'index.store.type': 'simplefs' }, {}],
  [
    'units',
    { 'index.refresh_interval': '1000' },
    { 'index.refresh_interval': '1000ms' },
    { from: 'elasticsearch 1.7' },
  ],
  [
    'boolean-settings',
    { 'index.requests.cache.enable': 'yes' },
    { 'index.requests.cache.enable': 'true' },
    { from: 'elasticsearch 2.4' },
  ],
  [
    'renamed-settings',
    { 'index.cache.query.enable': 'true' },
    { 'index.requests.cache.enable': 'true' },
    { from: 'elasticsearch 1.7' },
  ],
  ['old-values', { 'index.query.default_field': '_all' }, {}],
  ['similarity', { 'index.similarity.s.type': 'classic' }, { 'index.similarity.s.type': 'BM25' }],
  [
    'analysis-names',
    { analysis: { tokenizer: { t: { type: 'nGram' } }, analyzer: { a: { tokenizer: 't', filter: ['edgeNGram'] } } } },
    {
      'index.analysis.tokenizer.t.type': 'ngram',
      'index.analysis.analyzer.a.tokenizer': 't',
      'index.analysis.analyzer.a.filter': ['edge_ngram'],
    },
  ],
  [
    'standard-filter',
    { analysis: { filter: { f: { type: 'standard' } }, analyzer: { a: { filter: 'f, lowercase, standard' } } } },
    { 'index.analysis.analyzer.a.filter': ['lowercase'] },
  ],
  [
    'ended-analyzers',
    { analysis: { analyzer: { default_index: { type: 'english' }, default: { type: 'simple' } } } },
    { 'index.analysis.analyzer.default.type': 'english', 'index.analysis.analyzer.default_search.type': 'simple' },
  ],
  [
    'ended-analyzers',
    { analysis: { analyzer: { a: { type: 'english', alias: ['b'] } } } },
    { 'index.analysis.analyzer.a.type': 'english', 'index.analysis.analyzer.b.type': 'english' },
  ],
  [
    'ended-analysis-parameters',
    { 'index.analysis.filter.f.type': 'stop', 'index.analysis.filter.f.enable_position_increments': 'false' },
    { 'index.analysis.filter.f.type': 'stop' },
  ],
  [
    'gram-limits',
    { analysis: { filter: { f: { type: 'nGram', min_gram: 2, max_gram: 10 } } } },
    {
      'index.analysis.filter.f.max_gram': '10',
      'index.analysis.filter.f.min_gram': '2',
      'index.analysis.filter.f.type': 'ngram',
      'index.max_ngram_diff': '8',
    },
    { from: 'elasticsearch 6.8' },
  ],
  [
    'knn-settings',
    { 'index.knn': 'true', 'index.knn.space_type': 'l2' },
    { 'index.knn': 'true' },
    { from: 'opensearch 2.11', to: 'opensearch 3.8', plugins: ['opensearch-knn'] },
  ],
  ['unknown-settings', { 'index.of.nobody': '1' }, {}],
  ['unknown-settings', { 'index.replication.type': 'SEGMENT' }, {}, { from: 'opensearch 2.11', to: 'opensearch 1.3' }],
]

describe('settings', () => {
  test.each(CASES.map(named))('$rule: $before become $after', ({ rule, before, after, example }) => {
    expect(translateSettings(before, example)).toEqual(after)
    const translated = translate({ ...example, settings: before })
    expect(rulesOf(translated)).toContain(rule)
    for (const change of translated.changes) expect(change.reason).not.toBe('')
  })

  test('that describe the index itself are kept as they are', () => {
    const kept = {
      'index.analysis.analyzer.a.filter': ['lowercase', 'stop'],
      'index.analysis.analyzer.a.tokenizer': 'standard',
      'index.codec': 'best_compression',
      'index.number_of_replicas': '2',
      'index.number_of_shards': '3',
      'index.refresh_interval': '7s',
      'index.routing_partition_size': '2',
      'index.similarity.s.b': '0.3',
      'index.similarity.s.type': 'BM25',
      'index.sort.field': ['n', 'k'],
      'index.sort.order': ['desc', 'asc'],
    }
    const translated = translate({ settings: kept, routingNumShards: 768 })
    expect(translated.changes).toEqual([])
    expect(translateSettings(kept)).toEqual(kept)
  })

  test('of own plugins, and allocation, are sent when the options say so', () => {
    const settings = { 'index.mine.x': '1', 'index.routing.allocation.require.box': 'hot' }
    const options = { keepSettings: ['index.mine.*'], keepAllocation: true }
    expect(translateSettings(settings, { options })).toEqual(settings)
  })

  test('get the routing factor of the source where the target would take another', () => {
    const shards = { 'index.number_of_shards': '5' }
    const routed = translate({ settings: shards, routingNumShards: 5, from: 'elasticsearch 6.8' })
    expect(routed.body['settings']).toMatchObject({ 'index.number_of_routing_shards': '5' })
    expect(translate({ settings: shards, routingNumShards: 640 }).changes).toEqual([])
    expect(translate({ settings: { 'index.number_of_shards': '1' }, routingNumShards: 1 }).changes).toEqual([])
  })

  test('the routing factor of the target is the one that servers choose', () => {
    // Seen in indices of 7.10, 8.19 and OpenSearch.
    expect([1, 2, 3, 5, 512, 1024].map(defaultRoutingShards)).toEqual([1024, 1024, 768, 640, 1024, 2048])
  })

  test('that need files or plugins on the target are problems', () => {
    const settings = {
      'index.analysis.filter.f.type': 'synonym',
      'index.analysis.filter.f.synonyms_path': 'words.txt',
      'index.analysis.analyzer.a.tokenizer': 'icu_tokenizer',
    }
    const details = translate({ settings }).problems.map(({ detail }) => detail)
    expect(details).toEqual([expect.stringContaining('words.txt'), expect.stringContaining('analysis-icu')])
  })
})

describe('the rules', () => {
  test('have a name in kebab-case and a sentence each', () => {
    for (const { name, summary } of RULES) {
      expect(name).toMatch(/^[a-z][a-z-]+$/)
      expect(summary).toMatch(/\.$/)
    }
  })
})

function named([rule, before, after, example]: (typeof CASES)[number]): {
  readonly rule: string
  readonly before: object
  readonly after: object
  readonly example: Example | undefined
} {
  return { rule, before, after, example }
}
