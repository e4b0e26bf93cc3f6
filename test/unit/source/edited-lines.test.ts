import { expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { readCommit } from '../../../src/lucene/commit.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { EditedLines } from '../../../src/source/edited-lines.ts'
import { JoinValues } from '../../../src/source/join-values.ts'
import { readDocuments } from '../../../src/source/read-documents.ts'
import { openSegmentSource } from '../../../src/source/segment-source.ts'
import { TimeValues } from '../../../src/source/time-values.ts'
import { listFixtures } from '../../fixtures/load.ts'

const signal = new AbortController().signal
const fixtures = listFixtures().filter(({ repositories }) =>
  repositories[0]!.snapshots[0]!.indices.some(
    (index) => index.name === 'parent' && index.expected().some(({ parent }) => parent !== undefined),
  ),
)

test('there are fixtures that store parents with documents, and some that keep them in columns', () => {
  const majors = new Set(fixtures.map(({ version }) => Number(version.split('.')[0]) < 5))
  expect(majors.size).toBe(2)
})

test.each(fixtures)(
  '$name: every document of a family gets its join value, and else stays as it is',
  async (fixture) => {
    const { path, snapshots } = fixture.repositories[0]!
    const opened = await (await openRepository(await openStore(path), signal)).snapshot(snapshots[0]!.name, signal)
    const metadata = await opened.index('parent', signal)
    const found: string[] = []
    for (let shard = 0; shard < metadata.numberOfShards; shard++) {
      const { directory } = await opened.shard('parent', shard, signal)
      for (const commit of (await readCommit(directory, signal)).segments) {
        const source = await openSegmentSource(directory, commit, signal)
        if (source === undefined) continue
        const join = await JoinValues.open(source, metadata.mappings, 'kin', signal)
        const lines = new EditedLines()
        const whole = { firstChunk: 0, endChunk: source.stored.chunkCount }
        for await (const batch of readDocuments(source, whole, undefined, {}, signal)) {
          lines.begin(batch, undefined, [join!])
          for (let place = 0; place < batch.count; place++) {
            expect(lines.find(batch, place)).toBeUndefined()
            expect(lines.find(batch, place)).toBeUndefined() // Asked again, as a full shipment makes it necessary.
            const text = Buffer.from(lines.bytes).toString('utf8', lines.start, lines.end)
            found.push(JSON.stringify([batch.type(place), batch.id(place), JSON.parse(text)]))
          }
        }
      }
    }
    const expected = snapshots[0]!.indices
      .find(({ name }) => name === 'parent')!
      .expected()
      .map(({ type, id, parent, source }) => {
        const kin = { name: type, ...(parent === undefined ? {} : { parent }) }
        return JSON.stringify([type, id, { kin, ...(JSON.parse(source!) as object) }])
      })
    expect(found.sort()).toEqual(expected.sort())
  },
)

test('a document with a member of that name is a clash', async () => {
  const fixture = fixtures[0]!
  const { path, snapshots } = fixture.repositories[0]!
  const opened = await (await openRepository(await openStore(path), signal)).snapshot(snapshots[0]!.name, signal)
  const { mappings } = await opened.index('parent', signal)
  // The name of a mapped field would be no join field at all, so the mapping does not have it here.
  const bare = mappings.map(({ type, mapping: { properties: _, ...mapping } }) => ({ type, mapping }))
  const { directory } = await opened.shard('parent', 0, signal)
  const [commit] = (await readCommit(directory, signal)).segments
  const source = (await openSegmentSource(directory, commit!, signal))!
  const lines = new EditedLines()
  const join = await JoinValues.open(source, bare, 'text', signal)
  for await (const batch of readDocuments(source, { firstChunk: 0, endChunk: 1 }, undefined, {}, signal)) {
    lines.begin(batch, undefined, [join!])
    expect(lines.find(batch, 0)).toMatchObject({ kind: 'clash' })
  }
  expect(await JoinValues.open(source, mappings, 'text', signal)).toBeUndefined()
})

const withTimes = listFixtures().filter(({ repositories }) =>
  repositories[0]!.snapshots[0]!.indices.some(({ name }) => name === 'timestamps'),
)

test.each(withTimes)(
  '$name: documents get their stored times, and keep members that are called so',
  async (fixture) => {
    const { path, snapshots } = fixture.repositories[0]!
    const opened = await (await openRepository(await openStore(path), signal)).snapshot(snapshots[0]!.name, signal)
    const { directory } = await opened.shard('timestamps', 0, signal)
    const found = new Map<string, unknown>()
    for (const commit of (await readCommit(directory, signal)).segments) {
      const source = (await openSegmentSource(directory, commit, signal))!
      // The sources of these documents have a member \`n\` themselves.
      const added = [TimeValues.open(source, '_timestamp', 'n')!, TimeValues.open(source, '_ttl', 'until')!]
      const times = [TimeValues.open(source, '_timestamp', 'when')!, ...added]
      const lines = new EditedLines()
      const whole = { firstChunk: 0, endChunk: source.stored.chunkCount }
      for await (const batch of readDocuments(source, whole, undefined, {}, signal)) {
        lines.begin(batch, undefined, times)
        for (let place = 0; place < batch.count; place++) {
          expect(lines.find(batch, place)).toBeUndefined()
          const text = Buffer.from(lines.bytes).toString('utf8', lines.start, lines.end)
          found.set(batch.id(place), JSON.parse(text))
        }
      }
    }
    expect(found.size).toBe(4)
    for (let n = 0; n < 4; n++)
      expect(found.get(`t${n}`)).toEqual({ when: 1_400_000_000_000 + n, until: 5_400_000_000_000 + 2 * n, n })
  },
)

test('there are times of both versions that stored them, and none in a segment without', async () => {
  expect(withTimes.map(({ version }) => version.split('.')[0])).toEqual(['1', '2'])
  const { path, snapshots } = withTimes[0]!.repositories[0]!
  const opened = await (await openRepository(await openStore(path), signal)).snapshot(snapshots[0]!.name, signal)
  const { directory } = await opened.shard('nested', 0, signal)
  const [commit] = (await readCommit(directory, signal)).segments
  const source = (await openSegmentSource(directory, commit!, signal))!
  expect(TimeValues.open(source, '_timestamp', 'when')).toBeUndefined()
})
