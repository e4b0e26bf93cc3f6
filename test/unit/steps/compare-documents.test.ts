import { beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/cluster/cluster.ts'
import { quirksOf } from '../../../src/cluster/quirks.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { HttpRequest } from '../../../src/http/http-client.ts'
import { readShard } from '../../../src/source/read-shard.ts'
import type { Sourceless } from '../../../src/source/rebuild/sourceless.ts'
import { SourceLines } from '../../../src/source/source-lines.ts'
import { compareDocuments, type CompareWorld } from '../../../src/steps/compare-documents.ts'
import { allDocuments, sampledDocuments } from '../../../src/steps/documents-to-compare.ts'
import { groupShards } from '../../../src/steps/snapshot-shards.ts'
import type { RejectRecord } from '../../../src/steps/reject-record.ts'
import type { StepInput } from '../../../src/steps/step.ts'
import type { DocumentComparison } from '../../../src/verify/document-tally.ts'
import { listFixtures } from '../../fixtures/load.ts'
import { loadPlan } from '../engine/load-world.ts'
import { calm, fixedRandom } from '../http/test-world.ts'

const plan = loadPlan('http://target.invalid', ['plain'])
const step = plan.steps.find(({ kind }) => kind === 'restore-documents')!
const input: StepInput = { plan, step, workflow: 'w', outputs: new Map() }
const place = (id: string, routing: string | undefined): string => `${id} ${routing ?? ''}`

/** What the snapshot holds, by id and routing. */
const held = new Map<string, string>()
beforeAll(async () => {
  const lines = new SourceLines()
  for (const shard of await groupShards(input, { clock: systemClock, random: fixedRandom(), signal: calm })) {
    const { directory } = await shard.open(calm)
    for await (const batch of readShard(directory, {}, calm)) {
      lines.begin(batch)
      for (let n = 0; n < batch.count; n++) {
        lines.find(batch, n)
        const source = Buffer.from(lines.bytes).toString('utf8', lines.start, lines.end)
        held.set(place(batch.id(n), batch.routing(n)), source)
      }
    }
  }
})

/** A target that answers `_mget` from a map. */
function targetWith(documents: ReadonlyMap<string, string>, index: string): Cluster {
  const info = { distribution: 'opensearch', version: { major: 2, minor: 19, patch: 4, text: '2.19.4' } } as const
  const request = ({ path, body }: HttpRequest): Promise<{ status: number; headers: object; body: Buffer }> => {
    expect(path).toBe('/_mget')
    const { docs } = JSON.parse(String(body)) as { docs: { _index: string; _id: string; routing?: string }[] }
    const items = docs.map(({ _index, _id, routing }) => {
      expect(_index).toBe(index)
      const source = documents.get(place(_id, routing))
      const name = JSON.stringify(_id)
      return source === undefined ? `{"_id":${name},"found":false}` : `{"_id":${name},"found":true,"_source":${source}}`
    })
    return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(`{"docs":[${items.join(',')}]}`) })
  }
  const http = { endpoint: 'http://target.invalid', request, close: () => Promise.resolve() }
  // Only the version and the request are looked at.
  return { http, info, quirks: quirksOf(info, 'target') } as unknown as Cluster
}

async function compare(
  documents: ReadonlyMap<string, string>,
  options: {
    level?: 'sample' | 'full'
    rejects?: readonly RejectRecord[]
    maySkip?: boolean
    input?: StepInput
    index?: string
  } = {},
): Promise<DocumentComparison> {
  const { level = 'full', rejects = [], maySkip = false, input: asked = input, index = 'plain' } = options
  const unused = (): never => {
    throw new Error('a comparison does not do this')
  }
  const world: CompareWorld = {
    clock: systemClock,
    random: fixedRandom(),
    signal: calm,
    clusters: { source: unused, target: unused, close: unused },
    log: () => undefined,
    progress: () => undefined,
    rejects: async function* () {
      yield* rejects
    },
  }
  const inTarget = new Map([[index, documents.size]])
  const [comparison] = await compareDocuments(
    asked,
    level,
    targetWith(documents, index),
    inTarget,
    () => maySkip,
    world,
  )
  return comparison!
}

describe('comparing every document of a snapshot', () => {
  test('finds all of them in a target that holds them', async () => {
    expect(await compare(held)).toMatchObject({
      compared: held.size,
      same: held.size,
      missing: 0,
      different: 0,
      extra: 0,
    })
  })

  test('names what is missing or different, and counts what is only in the target', async () => {
    const [missing, different] = [...held.keys()]
    const documents = new Map([...held, [different!, '{"changed":true}'], ['stray ', '{}']])
    documents.delete(missing!)
    const idOf = (key: string): string => key.slice(0, key.indexOf(' '))
    expect(await compare(documents)).toMatchObject({
      compared: held.size,
      same: held.size - 2,
      missingIds: [idOf(missing!)],
      differentIds: [idOf(different!)],
      extra: 1,
    })
  })

  test('compares with what a transformation makes of a document', async () => {
    const transform = { rename: {}, remove: [], set: { moved: 1 } }
    const changing = { ...input, plan: loadPlan('http://target.invalid', ['plain'], { transform }) }
    expect(await compare(held, { input: changing })).toMatchObject({ same: 0, different: held.size })
    const changed = [...held].map(
      ([key, source]) => [key, source.replace(/^\s*\{/, '{"moved":1,').replace(/,\s*\}$/, '}')] as const,
    )
    expect(await compare(new Map(changed), { input: changing })).toMatchObject({ same: held.size, different: 0 })
  })

  test('takes no document for missing or different that was rejected, or that was to be left as it was', async () => {
    const [key] = held.keys()
    const [id, routing] = key!.split(' ')
    const reject: RejectRecord = {
      ...{ item: 'i', index: 'plain', id: id!, class: 'mapping', errorType: 'x', reason: 'y' },
      ...(routing === '' ? {} : { routing }),
    }
    const documents = new Map(held)
    documents.delete(key!)
    expect(await compare(documents, { rejects: [reject] })).toMatchObject({ leftOut: 1, missing: 0 })
    documents.set(key!, '{"older":1}')
    expect(await compare(documents, { maySkip: true })).toMatchObject({ kept: 1, different: 0, extra: 0 })
    expect(await compare(documents)).toMatchObject({ kept: 0, different: 1 })
  })

  test('a sample of a small index has all its documents', async () => {
    expect(await compare(held, { level: 'sample' })).toMatchObject({ level: 'sample', same: held.size, missing: 0 })
  })
})

test('a sample is drawn from all over a shard, and is the same every time', async () => {
  const [shard] = await groupShards(input, { clock: systemClock, random: fixedRandom(), signal: calm })
  const { directory } = await shard!.open(calm)
  const draw = async (seed: string): Promise<string[]> => {
    const ids: string[] = []
    for await (const { batch, places } of sampledDocuments(directory, shard!.index, undefined, seed, 10, calm)) {
      for (const n of places) ids.push(place(batch.id(n), batch.routing(n)))
    }
    return ids
  }
  const drawn = await draw('plain/0')
  expect(drawn.length).toBeGreaterThan(5)
  expect(drawn.length).toBeLessThanOrEqual(10)
  expect(new Set(drawn).size).toBe(drawn.length)
  expect(drawn.every((key) => held.has(key))).toBe(true)
  expect(await draw('plain/0')).toEqual(drawn)
  expect(await draw('another seed')).not.toEqual(drawn)
})

test('a filtered document counts as the same with and without what the filter takes out, and with nothing else', async () => {
  const repository = listFixtures().find(({ name }) => name === 'es-9.5.3')!.repositories[0]!
  const [snapshot] = repository.snapshots
  const expected = snapshot!.indices.find(({ name }) => name === 'excluded')!.expected()
  const options = {
    index: 'excluded',
    input: { ...input, plan: loadPlan('http://target.invalid', ['excluded'], {}, repository.path) },
  }
  const shown = new Map(expected.map(({ id, source }) => [place(id, undefined), source!]))
  const whole = new Map(expected.map(({ id, sent }) => [place(id, undefined), sent!]))
  expect([...shown.values()]).not.toEqual([...whole.values()])
  expect(await compare(shown, options)).toMatchObject({ same: expected.length, different: 0 })
  expect(await compare(whole, options)).toMatchObject({ same: expected.length, different: 0 })
  const [key] = shown.keys()
  const changed = shown.get(key!)!.replace('{', '{"other":1,')
  expect(await compare(new Map([...shown, [key!, changed]]), options)).toMatchObject({ different: 1 })
})

test('sources are put together for the comparison only as for the load', async () => {
  const { path } = listFixtures().find(({ name }) => name === 'es-9.5.3')!.repositories[0]!
  const plan = loadPlan('http://target.invalid', ['nosource'], {}, path)
  const [shard] = await groupShards({ ...input, plan }, { clock: systemClock, random: fixedRandom(), signal: calm })
  const { directory } = await shard!.open(calm)
  const isRebuilt = async (sourceless: Sourceless | undefined): Promise<Set<boolean>> => {
    const found = new Set<boolean>()
    for await (const { rebuilder } of allDocuments(directory, shard!.index, sourceless, calm)) {
      found.add(rebuilder !== undefined)
    }
    return found
  }
  expect(await isRebuilt(undefined)).toEqual(new Set([false]))
  expect(await isRebuilt('reject')).toEqual(new Set([false]))
  expect(await isRebuilt('rebuild')).toEqual(new Set([true]))
})
