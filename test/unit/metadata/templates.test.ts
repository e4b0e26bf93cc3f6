import { describe, expect, test } from 'vitest'
import { diffIndex, diffTemplate } from '../../../src/metadata/diff.ts'
import { selectTemplates } from '../../../src/metadata/select-templates.ts'
import { systemObjectReason } from '../../../src/metadata/system-objects.ts'
import {
  translateComponentTemplate,
  translateIndexTemplate,
  translateLegacyTemplate,
} from '../../../src/metadata/translate-template.ts'
import { productVersionOf } from '../../../src/metadata/version-range.ts'
import { decoded, plain, version } from './translate.ts'

const target = { ...version('opensearch 2.19'), plugins: new Set<string>() }
const template = (from: string, definition: object) => ({
  name: 't',
  source: version(from),
  definition: decoded(definition),
})

describe('a legacy template', () => {
  test('of 1.x gets a list of patterns, flat settings and one mapping', () => {
    const definition = {
      order: 3,
      template: 'logs-*',
      settings: { 'index.number_of_shards': '2', 'index.mapper.dynamic': 'true' },
      mappings: [{ doc: { properties: { a: { type: 'string' } } } }],
      aliases: { all: {} },
    }
    const { body, changes } = translateLegacyTemplate(template('elasticsearch 1.7', definition), target)
    expect(plain(body)).toEqual({
      index_patterns: ['logs-*'],
      order: 3,
      settings: { 'index.number_of_shards': '2' },
      mappings: { properties: { a: { type: 'text' } } },
      aliases: { all: {} },
    })
    expect(changes.map(({ path }) => path)).toContain('settings.index.mapper.dynamic')
  })

  test('keeps a mapping that begins with something else than properties', () => {
    const mappings = { _doc: { _source: { enabled: false }, dynamic: 'strict' } }
    const { body } = translateLegacyTemplate(
      template('elasticsearch 8.19', { index_patterns: ['a'], mappings }),
      target,
    )
    expect(plain(body)).toEqual({ index_patterns: ['a'], mappings: { _source: { enabled: false }, dynamic: 'strict' } })
  })
})

describe('composable and component templates', () => {
  test('are translated by the same rules as indices', () => {
    const content = {
      settings: { index: { lifecycle: { name: 'x' } } },
      mappings: { _doc: { properties: { f: { type: 'flattened' } } } },
    }
    const after = { settings: {}, mappings: { properties: { f: { type: 'flat_object' } } } }
    const component = translateComponentTemplate(
      template('elasticsearch 8.19', { template: content, version: 1 }),
      target,
    )
    expect(plain(component.body)).toEqual({ template: after, version: 1 })
    expect(component.changes.map(({ path }) => path)).toEqual([
      'template.settings.index.lifecycle.name',
      'template.mappings.properties.f.type',
    ])
    const whole = {
      index_patterns: ['a-*'],
      template: content,
      priority: 5,
      data_stream: { hidden: false, allow_custom_routing: false },
      ignore_missing_component_templates: [],
      created_date_millis: 1,
    }
    const index = translateIndexTemplate(template('elasticsearch 9.0', whole), target)
    expect(plain(index.body)).toEqual({ index_patterns: ['a-*'], template: after, priority: 5, data_stream: {} })
  })
})

describe('selection', () => {
  const source = {
    legacyTemplates: new Map([
      ['mine', decoded({})],
      ['.monitoring-es', decoded({})],
    ]),
    indexTemplates: new Map([
      ['logs', decoded({ _meta: { managed: true } })],
      ['app', decoded({ composed_of: ['ecs@mappings'] })],
      ['fleet', decoded({ _meta: { managed: true } })],
    ]),
    componentTemplates: new Map([
      ['ecs@mappings', decoded({})],
      ['logs@settings', decoded({})],
    ]),
  }

  test('leaves out what the system made, with reasons, but not what a chosen template is composed of', () => {
    const chosen = selectTemplates(source, {})
    expect([...chosen.legacyTemplates.keys()]).toEqual(['mine'])
    expect([...chosen.indexTemplates.keys()]).toEqual(['app'])
    expect([...chosen.componentTemplates.keys()]).toEqual(['ecs@mappings'])
    expect(chosen.leftOut.map(({ name }) => name).sort()).toEqual(['.monitoring-es', 'fleet', 'logs', 'logs@settings'])
  })

  test('takes exactly what a filter asks for', () => {
    const chosen = selectTemplates(source, { indexTemplates: (name) => name === 'logs' })
    expect([...chosen.indexTemplates.keys()]).toEqual(['logs'])
  })

  test('tells data from system indices', () => {
    expect(systemObjectReason('index', '.kibana_1')).toContain('Kibana')
    expect(systemObjectReason('index', '.opendistro_security')).toContain('security')
    expect(systemObjectReason('index', '.mine')).toContain('dot')
    expect(systemObjectReason('index', '.ds-logs-app-2024.01.01-000001')).toBeUndefined()
    expect(systemObjectReason('index', 'metricbeat-7.10')).toBeUndefined()
    expect(systemObjectReason('index', 'logs')).toBeUndefined()
  })
})

describe('the difference to what the target has', () => {
  const wanted = decoded({
    settings: { 'index.number_of_shards': '2', 'index.refresh_interval': '5s' },
    mappings: {
      properties: { n: { type: 'scaled_float', scaling_factor: '100.0', index: true }, o: { properties: {} } },
    },
    aliases: { a: { routing: '1' } },
  })

  test('is nothing when only spelling, defaults and the settings of the cluster itself differ', () => {
    const found = decoded({
      settings: {
        index: {
          number_of_shards: 2,
          refresh_interval: '5s',
          number_of_replicas: '1',
          uuid: 'u',
          version: { created: '1' },
        },
      },
      mappings: { properties: { n: { type: 'scaled_float', scaling_factor: 100 }, o: { type: 'object' } } },
      aliases: { a: { index_routing: '1', search_routing: '1' } },
    })
    expect(diffIndex(wanted, found)).toEqual([])
  })

  test('names every place: another value, a missing one, one too many', () => {
    const found = decoded({
      settings: { index: { number_of_shards: '3' } },
      mappings: { properties: { n: { type: 'long' }, extra: { type: 'keyword' } } },
      aliases: {},
    })
    expect(diffIndex(wanted, found).map(({ path }) => path)).toEqual([
      'settings.index.number_of_shards',
      'settings.index.refresh_interval',
      'mappings.properties.extra.type',
      'mappings.properties.n.scaling_factor',
      'mappings.properties.n.type',
      'mappings.properties.o.type',
      'aliases.a.exists',
      'aliases.a.index_routing',
      'aliases.a.search_routing',
    ])
  })

  test('of templates looks at patterns and priorities too', () => {
    const left = decoded({ index_patterns: ['a'], priority: 1, template: { settings: { 'index.codec': 'default' } } })
    const right = decoded({ index_patterns: ['a'], priority: '2', composed_of: [], template: {} })
    expect(diffTemplate(left, right).map(({ path }) => path)).toEqual(['template.settings.index.codec', 'priority'])
  })
})

test('a decoded version id becomes a version, if it names a product', () => {
  expect(productVersionOf({ distribution: 'elasticsearch', release: '7.10.2', major: 7 })).toEqual(
    version('elasticsearch 7.10'),
  )
  expect(productVersionOf({ distribution: 'unknown', release: undefined, major: undefined })).toBeUndefined()
})
