import type { Example } from './translate.ts'

/** An index, and all that one rule does to it: action, path, and what is there afterwards if anything is. */
export interface RuleExample extends Example {
  readonly does: readonly (readonly unknown[])[]
}

const setting = (settings: object, does: RuleExample['does'], more: Example = {}): RuleExample => ({
  ...more,
  settings,
  does,
})
const field = (f: object, does: RuleExample['does'], more: Example = {}): RuleExample => ({
  ...more,
  mappings: { _doc: { properties: { f } } },
  does,
})
const root = (mapping: object, does: RuleExample['does'], more: Example = {}): RuleExample => ({
  ...more,
  mappings: { _doc: mapping },
  does,
})
const dropped = (path: string): readonly unknown[] => ['dropped', path]
const F = 'mappings.properties.f'
const OLD: Example = { from: 'elasticsearch 1.7' }
const TWO: Example = { from: 'elasticsearch 2.4' }
const EIGHT: Example = { from: 'elasticsearch 8.19' }
const THREE: Example = { to: 'opensearch 3.8', from: 'opensearch 2.19', plugins: ['opensearch-knn'] }
const DISABLED = { type: 'object', enabled: false }

/** At least one example for every rule, by its name. */
export const EXAMPLES: Readonly<Record<string, readonly RuleExample[]>> = {
  'renamed-settings': [
    setting({ 'index.cache.query.enable': 'true' }, [['changed', 'settings.index.cache.query.enable']], OLD),
  ],
  'private-settings': [setting({ 'index.uuid': 'x' }, [dropped('settings.index.uuid')])],
  'lifecycle-settings': [setting({ 'index.lifecycle.name': 'p' }, [dropped('settings.index.lifecycle.name')])],
  'xpack-settings': [setting({ 'index.frozen': 'true' }, [dropped('settings.index.frozen')])],
  'index-mode': [setting({ 'index.mode': 'logsdb' }, [dropped('settings.index.mode')], EIGHT)],
  'dynamic-mapper-setting': [
    setting({ 'index.mapper.dynamic': 'false' }, [dropped('settings.index.mapper.dynamic')], TWO),
  ],
  'single-type-settings': [
    setting({ 'index.mapping.single_type': 'true' }, [dropped('settings.index.mapping.single_type')]),
  ],
  'data-path': [setting({ 'index.data_path': '/x' }, [dropped('settings.index.data_path')])],
  'early-storage-settings': [setting({ 'index.gateway.type': 'local' }, [dropped('settings.index.gateway.type')], OLD)],
  'allocation-settings': [
    setting({ 'index.routing.allocation.require.box': 'hot' }, [
      dropped('settings.index.routing.allocation.require.box'),
    ]),
    setting({ 'index.routing.allocation.require.box': 'hot' }, [], { options: { keepAllocation: true } }),
  ],
  blocks: [setting({ 'index.blocks.write': 'true' }, [dropped('settings.index.blocks.write')])],
  'soft-deletes': [
    setting({ 'index.soft_deletes.enabled': 'false' }, [dropped('settings.index.soft_deletes.enabled')]),
  ],
  'translog-retention': [
    setting({ 'index.translog.retention.age': '1h' }, [dropped('settings.index.translog.retention.age')]),
  ],
  codec: [
    setting({ 'index.codec': 'zstd' }, [['approximated', 'settings.index.codec', 'best_compression']]),
    setting({ 'index.codec': 'zstd' }, [], { plugins: ['opensearch-custom-codecs'] }),
    setting({ 'index.codec': 'best_compression' }, []),
  ],
  'store-type': [setting({ 'index.store.type': 'simplefs' }, [dropped('settings.index.store.type')])],
  units: [
    setting({ 'index.refresh_interval': '5000' }, [['changed', 'settings.index.refresh_interval', '5000ms']], OLD),
  ],
  'boolean-settings': [
    setting(
      { 'index.requests.cache.enable': 'yes' },
      [['changed', 'settings.index.requests.cache.enable', 'true']],
      TWO,
    ),
  ],
  'old-values': [
    setting({ 'index.query.default_field': '_all' }, [dropped('settings.index.query.default_field')], TWO),
  ],
  similarity: [
    setting(
      { 'index.similarity.mine.type': 'classic' },
      [['approximated', 'settings.index.similarity.mine.type', 'BM25']],
      TWO,
    ),
  ],
  'analysis-names': [
    setting({ 'index.analysis.filter.g.type': 'nGram' }, [
      ['changed', 'settings.index.analysis.filter.g.type', 'ngram'],
    ]),
  ],
  'standard-filter': [
    setting(
      { 'index.analysis.analyzer.a.type': 'custom', 'index.analysis.analyzer.a.filter': ['standard', 'lowercase'] },
      [['changed', 'settings.index.analysis.analyzer.a.filter', ['lowercase']]],
    ),
  ],
  'ended-analyzers': [
    setting({ 'index.analysis.analyzer.a.type': 'standard_html_strip' }, [
      ['changed', 'settings.index.analysis.analyzer.a.type', 'custom'],
    ]),
  ],
  'ended-analysis-parameters': [
    setting(
      { 'index.analysis.filter.s.type': 'stop', 'index.analysis.filter.s.enable_position_increments': 'true' },
      [dropped('settings.index.analysis.filter.s.enable_position_increments')],
      OLD,
    ),
  ],
  'gram-limits': [
    setting(
      {
        'index.analysis.filter.g.type': 'ngram',
        'index.analysis.filter.g.min_gram': '1',
        'index.analysis.filter.g.max_gram': '9',
      },
      [['changed', 'settings.index.max_ngram_diff', '8']],
      TWO,
    ),
  ],
  'analysis-needs': [
    setting({ 'index.analysis.analyzer.a.tokenizer': 'icu_tokenizer' }, [
      ['problem', 'settings.index.analysis.analyzer.a.tokenizer'],
    ]),
    setting({ 'index.analysis.analyzer.a.tokenizer': 'icu_tokenizer' }, [], { plugins: ['analysis-icu'] }),
    setting({ 'index.analysis.filter.sound.type': 'phonetic' }, [
      ['problem', 'settings.index.analysis.filter.sound.type'],
    ]),
    setting(
      {
        'index.analysis.analyzer.a.type': 'custom',
        'index.analysis.analyzer.a.filter': ['polish_stop'],
        'index.analysis.filter.polish_stop.type': 'stop',
      },
      [],
    ),
    field({ type: 'text', analyzer: 'kuromoji' }, [['problem', `${F}.analyzer`]]),
    field({ type: 'text', analyzer: 'kuromoji' }, [], { plugins: ['analysis-kuromoji'] }),
    field({ type: 'text', analyzer: 'polish' }, [], {
      settings: { 'index.analysis.analyzer.polish.type': 'standard' },
    }),
  ],
  'knn-settings': [setting({ 'index.knn.space_type': 'l2' }, [dropped('settings.index.knn.space_type')], THREE)],
  'unknown-settings': [setting({ 'index.acme.colour': 'red' }, [dropped('settings.index.acme.colour')])],

  'all-field': [root({ _all: { enabled: true } }, [dropped('mappings._all')], TWO)],
  'early-metadata-fields': [root({ _boost: { name: 'b' } }, [dropped('mappings._boost')], OLD)],
  'size-field': [
    root({ _size: { enabled: true } }, [dropped('mappings._size')], TWO),
    root({ _size: { enabled: true, store: true } }, [dropped('mappings._size.store')], {
      ...TWO,
      plugins: ['mapper-size'],
    }),
    root({ _size: { enabled: false } }, [dropped('mappings._size')], { plugins: ['mapper-size'] }),
  ],
  'timestamp-and-ttl': [
    root(
      { _timestamp: { enabled: true }, _ttl: { enabled: false } },
      [
        ['changed', 'mappings._timestamp'],
        ['changed', 'mappings.properties._timestamp', { type: 'date', ignore_malformed: true }],
        dropped('mappings._ttl'),
      ],
      TWO,
    ),
    root({ _timestamp: { enabled: true } }, [dropped('mappings._timestamp'), ['problem', 'mappings._timestamp']], OLD),
    root({ _timestamp: { enabled: true, path: 'when' } }, [dropped('mappings._timestamp')], OLD),
    root(
      { _timestamp: { enabled: true, store: true, format: 'dd/MM/YYYY' } },
      [
        ['changed', 'mappings._timestamp'],
        [
          'changed',
          'mappings.properties._timestamp',
          { type: 'date', format: 'dd/MM/YYYY||epoch_millis', ignore_malformed: true },
        ],
      ],
      OLD,
    ),
    root(
      { _ttl: { enabled: true }, properties: { gone: { type: 'long' } } },
      [dropped('mappings._ttl'), ['problem', 'mappings.properties.gone']],
      { ...TWO, options: { ttlField: 'gone' } },
    ),
    root(
      { _ttl: { enabled: true } },
      [
        ['changed', 'mappings._ttl'],
        ['changed', 'mappings.properties.until', { type: 'date', ignore_malformed: true }],
        ['problem', 'mappings._ttl'],
      ],
      { ...OLD, options: { ttlField: 'until' } },
    ),
    root({ _ttl: { enabled: true } }, [dropped('mappings._ttl'), ['problem', 'mappings._ttl']], {
      ...TWO,
      options: { ttlField: false },
    }),
  ],
  'routing-field': [root({ _routing: { required: true, path: 'x' } }, [dropped('mappings._routing.path')], OLD)],
  'source-field': [root({ _source: { compress: true } }, [dropped('mappings._source.compress')], OLD)],
  dynamic: [
    root({ dynamic: 'runtime' }, [['approximated', 'mappings.dynamic', 'true']]),
    field({ type: 'object', dynamic: 'no' }, [['changed', `${F}.dynamic`, 'false']], TWO),
    field({ type: 'object', dynamic: 'strict' }, []),
  ],
  'dynamic-date-formats': [
    root(
      { dynamic_date_formats: ['dateOptionalTime'] },
      [['changed', 'mappings.dynamic_date_formats.0', 'date_optional_time']],
      TWO,
    ),
  ],
  'dynamic-templates': [
    root(
      { dynamic_templates: [{ t: { match: ['a*', 'b*'], mapping: { type: 'keyword' } } }] },
      [['changed', 'mappings.dynamic_templates.t', '2 templates']],
      EIGHT,
    ),
  ],
  'runtime-fields': [
    root({ runtime: { r: { type: 'long', script: { source: 'emit(1)' } } } }, [
      ['approximated', 'mappings.runtime.r', { type: 'long', script: { source: 'emit(1)' } }],
    ]),
    root({ runtime: { r: { type: 'long' } } }, [dropped('mappings.runtime.r'), ['problem', 'mappings.runtime.r']]),
  ],
  subobjects: [
    root({ subobjects: false }, [dropped('mappings.subobjects'), ['problem', 'mappings.subobjects']], EIGHT),
    field({ type: 'object', subobjects: true }, [dropped(`${F}.subobjects`)], EIGHT),
  ],
  'field-names': [
    field(
      {
        subobjects: false,
        properties: { 'a.b.c': { type: 'long' }, a: { type: 'long' }, 'a.b': { type: 'ip' }, ab: { type: 'ip' } },
      },
      [
        ['approximated', `${F}.properties.a`, DISABLED],
        dropped(`${F}.properties.a.b.c`),
        dropped(`${F}.properties.a.b`),
        ['problem', `${F}.properties.a`],
      ],
      EIGHT,
    ),
    root(
      { properties: { '.a': { type: 'long' }, '': { type: 'long' }, 'a..b': { type: 'long' }, a: { type: 'long' } } },
      [
        dropped('mappings.properties..a'),
        dropped('mappings.properties.'),
        dropped('mappings.properties.a..b'),
        ['problem', 'mappings.properties..a'],
        ['problem', 'mappings.properties.'],
        ['problem', 'mappings.properties.a..b'],
      ],
      OLD,
    ),
    root(
      { properties: { 'a.': { type: 'long' }, a: { type: 'long' }, 'b..': { type: 'ip' } } },
      [dropped('mappings.properties.a.'), ['changed', 'mappings.properties.b..', { type: 'ip' }]],
      OLD,
    ),
    root(
      {
        properties: { '.': { type: 'long' }, '..': { type: 'long' }, ' ': { type: 'long' }, 'a. .b': { type: 'long' } },
      },
      [
        dropped('mappings.properties..'),
        dropped('mappings.properties...'),
        dropped('mappings.properties.a. .b'),
        ['problem', 'mappings.properties..'],
        ['problem', 'mappings.properties...'],
        ['problem', 'mappings.properties.a. .b'],
      ],
      OLD,
    ),
    root(
      {
        properties: {
          _source: { type: 'long' },
          _seq_no: { type: 'long' },
          _type: { type: 'long' },
          o: { properties: { _source: { type: 'long' } } },
        },
      },
      [
        dropped('mappings.properties._source'),
        dropped('mappings.properties._seq_no'),
        ['problem', 'mappings.properties._source'],
        ['problem', 'mappings.properties._seq_no'],
      ],
      OLD,
    ),
    field(
      { properties: { ' ': { type: 'long' } } },
      [dropped(`${F}.properties. `), ['problem', `${F}.properties. `]],
      OLD,
    ),
    root({ subobjects: false, properties: { 'a.b': { type: 'long' }, 'a.c': { type: 'long' } } }, [], EIGHT),
  ],
  'root-switches': [root({ _data_stream_timestamp: { enabled: true } }, [dropped('mappings._data_stream_timestamp')])],

  'analyzer-names': [
    field(
      { type: 'string', index_analyzer: 'a', search_analyzer: 'b' },
      [['changed', `${F}.index_analyzer`, 'a']],
      OLD,
    ),
  ],
  norms: [field({ type: 'string', omit_norms: true }, [['changed', `${F}.norms`, false]], OLD)],
  fielddata: [
    field(
      { type: 'string', fielddata: { format: 'disabled' } },
      [['changed', `${F}.fielddata`, { fielddata: false }]],
      TWO,
    ),
  ],
  'include-in-all': [field({ type: 'long', include_in_all: false }, [dropped(`${F}.include_in_all`)], TWO)],
  'string-type': [
    field(
      { type: 'string', index: 'not_analyzed' },
      [
        ['changed', `${F}.type`, 'keyword'],
        ['changed', `${F}.index`],
      ],
      TWO,
    ),
    field({ type: 'string' }, [['approximated', `${F}.type`, 'text']], TWO),
    field(
      { type: 'string', index: 'no' },
      [
        ['changed', `${F}.type`, 'text'],
        ['changed', `${F}.index`, false],
      ],
      TWO,
    ),
    field({ type: 'string', fielddata: { format: 'disabled' } }, [['changed', `${F}.type`, 'text']], TWO),
    field(
      { type: 'string' },
      [
        ['changed', `${F}.type`, 'text'],
        ['changed', `${F}.fielddata`, true],
      ],
      {
        ...TWO,
        options: { stringFielddata: true },
      },
    ),
  ],
  'index-values': [field({ type: 'long', index: 'no' }, [['changed', `${F}.index`, false]], TWO)],
  'boolean-spelling': [field({ type: 'long', store: 'yes' }, [['changed', `${F}.store`, true]], TWO)],
  'index-options': [field({ type: 'keyword', index_options: 'positions' }, [dropped(`${F}.index_options`)])],
  'field-similarity': [field({ type: 'text', similarity: 'classic' }, [['approximated', `${F}.similarity`]])],
  'date-formats': [
    field({ type: 'date', format: 'dateOptionalTime' }, [['changed', `${F}.format`, 'date_optional_time']], TWO),
  ],
  'numeric-dates': [field({ type: 'date', format: 'yyyy' }, [['changed', `${F}.format`, 'yyyy||epoch_millis']], OLD)],
  'geo-point': [field({ type: 'geo_point', lat_lon: true }, [dropped(`${F}.lat_lon`)], TWO)],
  'planar-geometry': [
    field({ type: 'shape' }, [['changed', `${F}.type`, 'xy_shape']], { plugins: ['opensearch-geospatial'] }),
    field({ type: 'shape' }, []),
  ],
  completion: [field({ type: 'completion', payloads: false }, [dropped(`${F}.payloads`)], TWO)],
  flattened: [
    field({ type: 'flattened', depth_limit: 5 }, [
      ['changed', `${F}.type`, 'flat_object'],
      dropped(`${F}.depth_limit`),
    ]),
  ],
  'object-like-types': [
    field({ type: 'histogram' }, [
      ['approximated', F, { properties: { values: { type: 'double' }, counts: { type: 'long' } } }],
    ]),
  ],
  'dense-vector': [
    field(
      { type: 'dense_vector', dims: 3, index: true, similarity: 'l2_norm' },
      [
        [
          'changed',
          F,
          {
            type: 'knn_vector',
            dimension: 3,
            method: { name: 'hnsw', engine: 'lucene', space_type: 'l2', parameters: {} },
          },
        ],
        ['changed', 'settings.index.knn', 'true'],
      ],
      { ...EIGHT, plugins: ['opensearch-knn'] },
    ),
    field({ type: 'dense_vector', dims: 3 }, [], EIGHT),
  ],
  'knn-method': [
    {
      ...THREE,
      settings: { 'index.knn.space_type': 'l2' },
      mappings: { _doc: { properties: { f: { type: 'knn_vector', dimension: 2 } } } },
      does: [['changed', `${F}.method`, { name: 'hnsw', engine: 'faiss', space_type: 'l2', parameters: {} }]],
    },
  ],
  'nearest-type': [
    field({ type: 'semantic_text', inference_id: 'e' }, [['approximated', `${F}.type`, 'text']], EIGHT),
    field({ type: 'version' }, [['approximated', `${F}.type`, 'keyword']]),
    field({ type: 'version' }, [], { to: 'opensearch 3.8' }),
    field({ type: 'unsigned_long' }, [], { to: 'opensearch 2.19' }),
    field({ type: 'wildcard' }, [], { to: 'opensearch 2.19' }),
    field({ type: 'constant_keyword', value: 'x' }, [['approximated', `${F}.type`, 'keyword']], {
      to: 'opensearch 2.11',
    }),
    field({ type: 'icu_collation_keyword' }, [], { plugins: ['analysis-icu'] }),
  ],
  'unsupported-types': [
    field(
      { type: 'dense_vector', dims: 3 },
      [
        ['approximated', F, DISABLED],
        ['problem', F],
      ],
      EIGHT,
    ),
    field({ type: 'dense_vector', dims: 3 }, [dropped(F), ['problem', F]], {
      ...EIGHT,
      options: { unsupportedFields: 'drop' },
    }),
  ],
  'object-type': [field({ enabled: false }, [['changed', `${F}.type`, 'object']])],
  'unknown-parameters': [
    field({ type: 'keyword', time_series_dimension: true }, [dropped(`${F}.time_series_dimension`)]),
  ],
}
