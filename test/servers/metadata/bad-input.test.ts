import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isFailure, type Failure } from '../../../src/core/failure.ts'
import type { PlannedMetadata, PlannedObject } from '../../../src/plan/plan.ts'
import { listProcessors } from '../../../src/cluster/pipelines.ts'
import { parseJsonExact } from '../../../src/codec/json-exact.ts'
import type { JsonObject } from '../../../src/codec/json-value.ts'
import { translatePipeline } from '../../../src/metadata/translate-pipeline.ts'
import { migrateMetadata, type MigrateMetadataData } from '../../../src/steps/migrate-metadata.ts'
import { migrateObject, type MigratedObject } from '../../../src/steps/migrate-object.ts'
import type { StepOutput } from '../../../src/steps/step.ts'
import { listFixtures } from '../../fixtures/load.ts'
import { indexNames, wipe } from '../../e2e/target-state.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { rest } from '../rest.ts'
import { planOf, StepWorld } from '../steps/world.ts'
import { expectAsForetold, forecastOf } from './forecast.ts'

const signal = new AbortController().signal

type Aliases = Readonly<Record<string, { readonly aliases: Readonly<Record<string, unknown>> }>>

interface Ending {
  readonly failure?: Failure
  readonly output?: StepOutput
  readonly foretold: readonly PlannedObject[]
  readonly log: readonly string[]
}

/** What cannot be migrated as it is: each has its own line in the report, and the rest goes on where that is wanted. */
describe('metadata that the target does not take', () => {
  const work = mkdtempSync(join(tmpdir(), 'bad-input-'))
  let target: ServerHandle
  beforeAll(async () => {
    target = await bootServer({ distribution: 'opensearch', version: '2.19' })
  })
  afterEach(() => wipe(target))
  afterAll(async () => {
    await target.stop()
    rmSync(work, { recursive: true, force: true })
  })

  /**
   * Runs Migrate Metadata over indices of a fixture, whose repository may be given as a damaged copy. Whatever it does with an
   * object has to be what a plan has foretold.
   */
  async function migrate(
    fixture: string,
    indices: readonly string[],
    metadata: Partial<PlannedMetadata> = {},
    copy?: string,
    streamOf: (index: string) => string | undefined = () => undefined,
  ): Promise<Ending> {
    const { path, snapshots } = listFixtures().find(({ name }) => name === fixture)!.repositories[0]!
    const step = { id: 'm1g1/migrate-metadata', kind: 'migrate-metadata', title: 'Migrate Metadata' } as const
    const plan = planOf(target, target, {
      repository: { name: 'kept', register: false, type: 'fs', uri: copy ?? path },
      snapshot: { create: false, name: snapshots[0]!.name, partial: 'fail' },
      groups: [
        {
          id: 'm1g1',
          patterns: indices,
          indices: indices.map((name) => {
            const stream = streamOf(name)
            return { name, shards: 1, ...(stream === undefined ? {} : { stream }) }
          }),
          metadata: { enabled: true, existingIndex: 'fail', ...metadata },
          backfill: { enabled: true, bulkBytes: 1024, bulkDocs: 10, onConflict: 'overwrite' },
          verify: 'counts',
        },
      ],
    })
    const planned = { ...step, dependsOn: [], migration: 'm1', group: 'm1g1' }
    const world = new StepWorld({ ...plan, steps: [planned] })
    const log: string[] = []
    const input = { plan, step: planned, workflow: 'w', outputs: new Map() }
    try {
      const foretold = await forecastOf(plan, await world.clusters.target('target'))
      const context = { ...world.context(input), log: (_: string, line: string): unknown => log.push(line) }
      const ending = await migrateMetadata(input, context).then(
        (output) => ({ output, data: output.data }),
        (error: unknown) => {
          if (!isFailure(error)) throw error
          return { failure: error, data: error.data }
        },
      )
      if (ending.data !== undefined) expectAsForetold(foretold, (ending.data as MigrateMetadataData).objects)
      return { ...ending, foretold, log }
    } finally {
      await world.clusters.close()
    }
  }

  const objectsOf = ({ output }: Ending): readonly MigratedObject[] => (output!.data as MigrateMetadataData).objects
  const outcomes = (ending: Ending): Readonly<Record<string, string>> =>
    Object.fromEntries(objectsOf(ending).map(({ kind, name, outcome }) => [`${kind} ${name}`, outcome]))

  /** A copy of a fixture's repository with one kind of blob damaged in the middle. */
  function damaged(fixture: string, folder: (repository: string) => string): string {
    const { path } = listFixtures().find(({ name }) => name === fixture)!.repositories[0]!
    const copy = mkdtempSync(join(work, 'repository-'))
    cpSync(path, copy, { recursive: true })
    const place = folder(copy)
    for (const name of readdirSync(place).filter((file) => /^meta-.*\.dat$/.test(file))) {
      const bytes = readFileSync(join(place, name))
      bytes.fill(0x5a, bytes.length >> 1, (bytes.length >> 1) + 8)
      writeFileSync(join(place, name), bytes)
    }
    return copy
  }

  test('an alias of the name of an index is refused, and the other indices are made', async () => {
    await rest(target).put('/other', { aliases: { plain: {} } })
    const stopped = await migrate('es-7.10.2', ['plain', 'nested'])
    expect(stopped.failure).toMatchObject({ code: 'METADATA_REFUSED' })
    expect(stopped.log).toContain('index plain: refused: the target has an alias of that name, of index other')
    const { objects } = stopped.failure!.data as MigrateMetadataData
    expect(objects.map(({ name, outcome }) => `${name} ${outcome}`)).toContain('nested created')
    const ended = await migrate('es-7.10.2', ['plain', 'nested'], { onRefused: 'continue' })
    expect(ended.output!.result).toBe('rejects')
    expect(outcomes(ended)).toMatchObject({ 'index plain': 'refused', 'index nested': 'equal' })
    expect(await indexNames(target)).toEqual(['nested', 'other'])
  })

  test('an index with an alias of the name of an index of the target is refused, as the plan has foreseen', async () => {
    await rest(target).put('/all_data', {})
    const ended = await migrate('es-7.10.2', ['plain'], { onRefused: 'continue' })
    const of = (objects: readonly (MigratedObject | PlannedObject)[]) => objects.find(({ name }) => name === 'plain')!
    expect(of(objectsOf(ended)).refusal).toContain('exists with the same name as the alias')
    expect(of(ended.foretold).refusal).toBe(
      'the target is going to refuse it: it has an index of the name of alias [all_data]',
    )
  })

  test('an index that is there and differs is refused, kept or updated, with the difference, and is equal then', async () => {
    const client = rest(target)
    await client.put('/plain', {
      settings: { number_of_shards: 3, number_of_replicas: 0, refresh_interval: '7s' },
      mappings: { properties: { mine: { type: 'keyword' } } },
      aliases: { plain_filtered: { filter: { term: { tag: 'other' } } }, my_own: {} },
    })
    const shown = async (existingIndex: PlannedMetadata['existingIndex']): Promise<MigratedObject> =>
      objectsOf(await migrate('es-7.10.2', ['plain'], { existingIndex, onRefused: 'continue' })).find(
        ({ name }) => name === 'plain',
      )!
    const refused = await shown('fail')
    const paths = refused.differences.map(({ path }) => path)
    for (const path of ['aliases.all_data.exists', 'mappings.properties.mine.type', 'settings.index.refresh_interval'])
      expect(paths).toContain(path)
    expect(refused.outcome).toBe('refused')
    expect((await shown('keep')).outcome).toBe('kept')
    expect(Object.keys((await client.get<Aliases>('/plain/_alias'))['plain']!.aliases)).toEqual([
      'my_own',
      'plain_filtered',
    ])
    const updated = await shown('update')
    expect(updated.refusal).toBeUndefined()
    expect(updated).toMatchObject({ outcome: 'updated', differences: refused.differences })
    const { aliases } = (await client.get<Aliases>('/plain/_alias'))['plain']!
    expect(aliases['plain_filtered']).toEqual({ filter: { term: { tag: 't1' } } })
    expect(aliases['plain_routed']).toEqual({ index_routing: '1', search_routing: '1,2' })
    // What only the target has stays, and is all that differs the next time.
    const left = (await shown('keep')).differences.map(({ path }) => path)
    expect(left).toEqual(['settings.index.refresh_interval', 'mappings.properties.mine.type', 'aliases.my_own.exists'])
  })

  test('a template of the same order as one of the target is refused in the words of the target', async () => {
    const mine = { index_patterns: ['composed-*'], priority: 200, template: {} }
    await rest(target).put('/_index_template/mine', mine)
    const ended = await migrate('es-7.10.2', ['plain'], { onRefused: 'continue' })
    expect(outcomes(ended)).toMatchObject({
      'index template composed': 'refused',
      'legacy template legacy': 'created',
      'index plain': 'created',
    })
    const refusal = objectsOf(ended).find(({ outcome }) => outcome === 'refused')!.refusal
    expect(refusal).toContain('multiple index templates may not match during index creation')
    const { refusal: foreseen, remedy } = ended.foretold.find(({ outcome }) => outcome === 'refused')!
    expect(foreseen).toBe(
      'the target is going to refuse it: index template mine has the same priority [200], and both are for names like composed-*',
    )
    expect(remedy!.advice).toContain('change the priority of the template on the target')
  })

  test('more fields than the limit are refused in the words of the target, and no half index stays', async () => {
    const settings = { remove: [], set: { 'index.mapping.total_fields.limit': 2 } }
    const ended = await migrate('es-7.10.2', ['nested', 'empty_nomapping'], { settings, onRefused: 'continue' })
    expect(outcomes(ended)).toMatchObject({ 'index nested': 'refused', 'index empty_nomapping': 'created' })
    expect(objectsOf(ended).find(({ name }) => name === 'nested')!.refusal).toContain('Limit of total fields [2]')
    expect(await indexNames(target)).toEqual(['empty_nomapping'])
    expect((await migrate('es-7.10.2', ['nested'], { settings })).failure).toMatchObject({ code: 'METADATA_REFUSED' })
  })

  test('a vector without the plugin is a problem with its rule and a way out, and the index is made without it', async () => {
    const ended = await migrate('es-8.19.0', ['vector'])
    expect(ended.output!.result).toBe('done')
    expect(ended.log.filter((line) => line.includes('unsupported-types'))).toEqual([
      expect.stringContaining('mappings.properties.v approximated'),
      expect.stringMatching(/dense_vector.*`unsupportedFields: disable \| drop`/),
    ])
    const dropped = await migrate('es-8.19.0', ['vector'], {
      options: { unsupportedFields: 'drop' },
      existingIndex: 'keep',
    })
    expect(objectsOf(dropped).find(({ name }) => name === 'vector')!.outcome).toBe('kept')
  })

  test('a damaged blob of one index stops the step, or is that index’s own line', async () => {
    const copy = damaged('es-7.10.2', (repository) => {
      const index = JSON.parse(readFileSync(join(repository, rootOf(repository)), 'utf8')) as {
        indices: Record<string, { id: string }>
      }
      return join(repository, 'indices', index.indices['plain']!.id)
    })
    expect((await migrate('es-7.10.2', ['nested', 'plain'], {}, copy)).failure).toMatchObject({ code: 'BLOB_CORRUPT' })
    const ended = await migrate('es-7.10.2', ['nested', 'plain'], { onRefused: 'continue' }, copy)
    expect(outcomes(ended)).toMatchObject({ 'index plain': 'refused', 'index nested': 'equal' })
    expect(ended.log.filter((line) => line.startsWith('index plain: refused: '))).toHaveLength(1)
  })

  test('a damaged blob of the templates stops the step, or leaves them out with a line', async () => {
    const copy = damaged('es-7.10.2', (repository) => repository)
    expect((await migrate('es-7.10.2', ['plain'], {}, copy)).failure).toMatchObject({ code: 'BLOB_CORRUPT' })
    const ended = await migrate('es-7.10.2', ['plain'], { onRefused: 'continue' }, copy)
    expect(outcomes(ended)).toMatchObject({ 'index plain': 'created' })
    expect(ended.output!.result).toBe('rejects')
    expect(objectsOf(ended).filter(({ kind }) => kind === 'global metadata')).toHaveLength(1)
  })

  test('a pipeline comes on request only, and is equal the next time', async () => {
    expect(outcomes(await migrate('es-7.10.2', ['plain']))['ingest pipeline lower']).toBeUndefined()
    const ended = await migrate('es-7.10.2', ['plain'], { ingestPipelines: ['lower'] })
    expect(outcomes(ended)).toMatchObject({ 'ingest pipeline lower': 'created' })
    expect(Object.keys(await rest(target).get('/_ingest/pipeline'))).toContain('lower')
    expect(outcomes(await migrate('es-7.10.2', ['plain'], { ingestPipelines: ['*'] }))).toMatchObject({
      'ingest pipeline lower': 'equal',
    })
  })

  test('a plan foretells what becomes of everything in a snapshot, data streams and their templates included', async () => {
    const fixture = 'es-8.19.0'
    const { snapshots } = listFixtures().find(({ name }) => name === fixture)!.repositories[0]!
    const names = snapshots[0]!.indices.map(({ name }) => name)
    const streamOf = (name: string): string | undefined => /^\.ds-(.*?)(-\d{4}\.\d\d\.\d\d)?-\d{6}$/.exec(name)?.[1]
    const indices = names.filter((name) => !name.startsWith('.') || streamOf(name) !== undefined)
    const everything = async (metadata: Partial<PlannedMetadata>): Promise<readonly string[]> => {
      const wanted = { ingestPipelines: ['*'], onRefused: 'continue', ...metadata } as const
      const ended = await migrate(fixture, indices, wanted, undefined, streamOf)
      return [...new Set(Object.entries(outcomes(ended)).map(([, outcome]) => outcome))].sort()
    }
    expect(indices.some((name) => streamOf(name) !== undefined)).toBe(true)
    // Without its templates a stream needs one of its own.
    expect(await everything({ templates: [], componentTemplates: [] })).toEqual(['created'])
    await wipe(target)
    expect(await everything({})).toEqual(['created'])
    const client = rest(target)
    await client.put('/plain/_settings', { index: { refresh_interval: '7s' } })
    for (const index of indices) {
      const stream = streamOf(index)
      if (stream !== undefined)
        await client.post(`/${stream}/_doc?refresh=true`, { '@timestamp': '2026-01-01T00:00:00Z' })
    }
    expect(await everything({})).toEqual(['equal', 'refused'])
    expect(await everything({ existingIndex: 'keep' })).toEqual(['equal', 'kept'])
    expect(await everything({ existingIndex: 'update' })).toEqual(['equal', 'kept', 'updated'])
  })

  test('a pipeline with a processor that the target lacks is refused whole, with the name of the processor', async () => {
    const world = new StepWorld(planOf(target, target, {}))
    try {
      const cluster = await world.clusters.target('target')
      const definition = parseJsonExact(
        '{"processors":[{"geoip":{"field":"ip"}},{"set":{"field":"a","value":1}}]}',
        'p',
      )
      const processors = await listProcessors(cluster, signal)
      const translated = translatePipeline(definition as JsonObject, processors)
      expect(translated.problems).toMatchObject([{ detail: 'the target has no processor geoip' }])
      const wanted = { kind: 'ingest pipeline', name: 'geo', translated } as const
      const { outcome, refusal } = await migrateObject(wanted, undefined, 'fail', cluster, signal)
      expect(outcome).toBe('refused')
      expect(refusal).toContain('geoip')
    } finally {
      await world.clusters.close()
    }
  })
})

function rootOf(repository: string): string {
  return readdirSync(repository)
    .filter((name) => /^index-\d+$/.test(name))
    .sort((left, right) => Number(right.slice(6)) - Number(left.slice(6)))[0]!
}
