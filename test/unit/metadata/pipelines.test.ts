import { describe, expect, test } from 'vitest'
import { diffPipeline } from '../../../src/metadata/diff.ts'
import { missingPipelines } from '../../../src/metadata/missing-pipelines.ts'
import { translatePipeline } from '../../../src/metadata/translate-pipeline.ts'
import { decoded, plain } from './translate.ts'

describe('an ingest pipeline', () => {
  const processors = new Set(['set', 'foreach', 'uppercase'])

  test('keeps every processor, and names those that the target lacks, inner ones too', () => {
    const definition = {
      description: 'd',
      version: 3,
      processors: [
        { set: { field: 'a', value: 1, on_failure: [{ geoip: { field: 'ip' } }] } },
        { foreach: { field: 'x', processor: { inference: { model_id: 'm' } } } },
        { foreach: { field: 'x', processor: { uppercase: { field: 'y' } } } },
      ],
      on_failure: [{ fail: { message: 'm' } }],
    }
    const { body, changes, problems } = translatePipeline(decoded(definition), processors)
    expect(plain(body)).toEqual(definition)
    expect(changes).toEqual([])
    expect(problems.map(({ detail }) => detail)).toEqual([
      'the target has no processor geoip',
      'the target has no processor inference',
      'the target has no processor fail',
    ])
  })

  test('loses members that only Elasticsearch knows, with a reason', () => {
    const definition = { processors: [], _meta: { managed: true }, deprecated: false }
    const { body, changes } = translatePipeline(decoded(definition), processors)
    expect(plain(body)).toEqual({ processors: [] })
    expect(changes.map(({ path, rule }) => [path, rule])).toEqual([
      ['_meta', 'pipeline-members'],
      ['deprecated', 'pipeline-members'],
    ])
  })

  test('is equal to itself and differs by a processor', () => {
    const one = decoded({ processors: [{ set: { field: 'a', value: 1 } }] })
    const two = decoded({ processors: [{ set: { field: 'a', value: 2 } }] })
    expect(diffPipeline(one, one)).toEqual([])
    expect(diffPipeline(one, two).map(({ path }) => path)).toEqual(['processors'])
  })
})

test('pipelines that settings name and the target lacks are problems', () => {
  const body = decoded({ settings: { index: { default_pipeline: 'here', final_pipeline: 'gone' } } })
  expect(missingPipelines(body, new Set(['here'])).map(({ path }) => path)).toEqual(['settings.index.final_pipeline'])
  expect(missingPipelines(decoded({ settings: { 'index.default_pipeline': '_none' } }), new Set())).toEqual([])
})
