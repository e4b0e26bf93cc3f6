import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseJsonExact, stringifyJson } from '../../../src/codec/json-exact.ts'
import type { JsonObject, JsonValue } from '../../../src/codec/json-value.ts'
import type { Translated } from '../../../src/metadata/change.ts'
import { diffIndex, diffTemplate } from '../../../src/metadata/diff.ts'
import { withoutMembers } from '../../../src/metadata/json-edit.ts'
import { flattenSettings } from '../../../src/metadata/flat-settings.ts'
import { translateIndex } from '../../../src/metadata/translate-index.ts'
import {
  translateComponentTemplate,
  translateIndexTemplate,
  translateLegacyTemplate,
} from '../../../src/metadata/translate-template.ts'
import { listFixtures, listSharedFixtures } from '../../fixtures/load.ts'
import { bootServer, javaHomeFor, type ServerHandle } from '../boot.ts'
import { BootError } from '../messages.ts'
import { recipeOf } from '../recipes.ts'
import { rest, type RestClient } from '../rest.ts'
import { readDefinitions } from './fixture-definitions.ts'
import { ACCEPTING_TARGETS } from './targets.ts'

const signal = new AbortController().signal
/** Fixtures outside of the project may be of the same name. */
const fixtures = [...listFixtures(), ...listSharedFixtures()]

for (const version of ACCEPTING_TARGETS) {
  const reason = reasonToSkip(version)
  describe.skipIf(reason !== undefined)(`OpenSearch ${version}${reason === undefined ? '' : ` (${reason})`}`, () => {
    const [major = 0, minor = 0] = version.split('.').map(Number)
    const target = { distribution: 'opensearch', major, minor, plugins: new Set<string>() } as const
    let server: ServerHandle
    let client: RestClient
    beforeAll(async () => {
      server = await bootServer({ distribution: 'opensearch', version })
      client = rest(server)
    })
    afterAll(() => server.stop())

    const answers = new Map<string, JsonObject>()
    /** Puts a definition, gets it back, and deletes it; once for the same one of several fixtures. */
    const roundTrip = async (path: string, { body }: Translated): Promise<JsonObject> => {
      const text = stringifyJson(body)
      const key = `${path} ${text}`
      const known = answers.get(key)
      if (known !== undefined) return known
      await client.put(path, JSON.parse(text))
      const found = parseJsonExact(JSON.stringify(await client.get(path)), path) as JsonObject
      await client.delete(path)
      answers.set(key, found)
      return found
    }

    test('keeps the sizes of documents where it has the plugin, and sorts on analysed strings where that is asked for', async () => {
      const lines = await client.get<{ component: string }[]>('/_cat/plugins?format=json&h=component')
      const plugins = new Set(lines.map(({ component }) => component))
      const old = {
        name: 'old',
        createdVersion: { distribution: 'elasticsearch', major: 2, minor: 4 } as const,
        settings: new Map(),
        aliases: new Map(),
        routingNumShards: undefined,
      }
      const mapping = parseJsonExact(
        '{"_size":{"enabled":"yes","store":true},"properties":{"title":{"type":"string"}}}',
        'mapping',
      ) as JsonObject
      const make = async (stringFielddata: boolean): Promise<Translated> => {
        const index = { ...old, mappings: [{ type: 'book', mapping }] }
        const translated = translateIndex(index, { ...target, plugins }, { stringFielddata })
        await client.put('/old', JSON.parse(stringifyJson(translated.body)))
        const found = parseJsonExact(JSON.stringify(await client.get('/old')), '/old') as JsonObject
        expect(diffIndex(translated.body, object(found['old']))).toEqual([])
        return translated
      }
      const search = { sort: ['title'], docvalue_fields: ['_size'] }
      try {
        await make(false)
        await expect(client.post('/old/_search', search)).rejects.toThrow('fielddata')
        await client.delete('/old')
        const { body } = await make(true)
        await client.put('/old/_doc/1?refresh=true', { title: 'Moby Dick' })
        const found = await client.post<{ hits: { hits: { fields?: object; sort: unknown[] }[] } }>(
          '/old/_search',
          search,
        )
        expect(found.hits.hits[0]!.sort).toEqual(['dick'])
        const keeps = plugins.has('mapper-size')
        expect(found.hits.hits[0]!.fields).toEqual(keeps ? { _size: [21] } : undefined)
        // An index without sizes is another one.
        const without = { ...body, mappings: withoutMembers(object(body['mappings']), '_size') }
        expect(diffIndex(without, body).map(({ path }) => path)).toEqual(keeps ? ['mappings._size.enabled'] : [])
      } finally {
        await client.delete('/old')
      }
    })

    for (const fixture of fixtures) {
      test(`accepts every index of ${fixture.name}, keeps it as it was sent, and translating again changes nothing`, async () => {
        const { indices } = await readDefinitions(fixture, signal)
        expect(indices.length).toBeGreaterThan(5)
        for (const index of indices) {
          const translated = translateIndex(index, target)
          const found = await roundTrip(`/${index.name}`, translated)
          expect(diffIndex(translated.body, object(found[index.name])), index.name).toEqual([])
          const { settings, mappings, aliases } = translated.body
          const again = {
            ...index,
            createdVersion: target,
            settings: flattenSettings(object(settings)),
            mappings: [{ type: '_doc', mapping: object(mappings) }],
            aliases: new Map(Object.entries(object(aliases)).map(([name, alias]) => [name, object(alias)])),
          }
          expect(translateIndex(again, target), index.name).toMatchObject({ changes: [], body: translated.body })
        }
      })

      test(`accepts every template of ${fixture.name}, keeps it as it was sent, and translating again changes nothing`, async () => {
        const { clusterVersion: source, ...found } = await readDefinitions(fixture, signal)
        const put = async (
          kind: string,
          templates: ReadonlyMap<string, JsonObject>,
          translate: typeof translateLegacyTemplate,
          unwrap: (answer: JsonObject, name: string) => JsonValue | undefined,
        ): Promise<void> => {
          for (const [name, definition] of templates) {
            const translated = translate({ name, source, definition }, target)
            const path = `/${kind}/${name}`
            await client.put(path, JSON.parse(stringifyJson(translated.body)))
            const answer = parseJsonExact(JSON.stringify(await client.get(path)), path) as JsonObject
            expect(diffTemplate(translated.body, object(unwrap(answer, name))), path).toEqual([])
            const again = translate({ name, source: target, definition: translated.body }, target)
            expect(again, path).toMatchObject({ changes: [], body: translated.body })
          }
        }
        // Composable templates need their components.
        await put('_component_template', found.componentTemplates, translateComponentTemplate, (answer) =>
          member(first(answer['component_templates']), 'component_template'),
        )
        await put('_index_template', found.indexTemplates, translateIndexTemplate, (answer) =>
          member(first(answer['index_templates']), 'index_template'),
        )
        await put('_template', found.legacyTemplates, translateLegacyTemplate, (answer, name) => answer[name])
        for (const kind of ['_index_template', '_component_template', '_template']) await client.delete(`/${kind}/*`)
        // Snapshots without the global state have no templates; those fixtures record no metadata.
        if (fixture.expectedMeta() !== undefined) expect(found.legacyTemplates.size).toBeGreaterThan(0)
      })
    }
  })
}

function object(value: JsonValue | undefined): JsonObject {
  return value as JsonObject
}

function first(value: JsonValue | undefined): JsonObject {
  return (value as readonly JsonObject[])[0]!
}

function member(value: JsonObject, name: string): JsonValue | undefined {
  return value[name]
}

function reasonToSkip(version: string): string | undefined {
  try {
    javaHomeFor(recipeOf('opensearch', version))
    return undefined
  } catch (error) {
    if (error instanceof BootError) return error.message
    throw error
  }
}
