import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openFsStore } from '../../../src/blob/fs-store.ts'
import { locationIn } from '../../../src/blob/location.ts'
import { FOOTER_LENGTH, footerChecksum, verifyFooter } from '../../../src/codec/lucene-envelope.ts'
import { readAll } from '../../../src/core/byte-source.ts'
import { openRepository } from '../../../src/repository/open.ts'
import type { Repository } from '../../../src/repository/open.ts'
import { requireComplete } from '../../../src/repository/snapshot.ts'
import { comparable, flatten, mergeTypes, settingsObject, typeless } from './comparable.ts'
import { expectedMeta, fixtureRepositories, noFixtures } from './fixtures.ts'

const signal = new AbortController().signal
const open = (folder: string): Promise<Repository> => openRepository(locationIn(openFsStore(folder), ''), signal)

describe.skipIf(noFixtures !== undefined)(`repositories of real servers (${noFixtures ?? 'found'})`, () => {
  it('are there for every generation of the layout', () => {
    const servers = new Set(fixtureRepositories().map((fixture) => fixture.server))
    expect([...servers]).toEqual(expect.arrayContaining(['es-1.7.6', 'es-2.4.6', 'es-7.10.2', 'es-9.5.3', 'os-3.8.0']))
  })

  describe.each(fixtureRepositories())('$id', (fixture) => {
    const layout = fixture.server === 'es-1.7.6' ? '1.x' : fixture.server === 'es-2.4.6' ? '2.x' : '5.x+'

    it('lists its snapshots with the state, version and times the server reported', async () => {
      const repository = await open(fixture.folder)
      expect(repository.layout).toBe(layout)
      expect(repository.warnings).toEqual([])
      expect(repository.snapshots.map((snapshot) => snapshot.name).sort()).toEqual(
        Object.keys(fixture.snapshots).sort(),
      )
      for (const name of Object.keys(fixture.snapshots)) {
        const snapshot = await repository.snapshot(name, signal)
        requireComplete(snapshot)
        expect(snapshot.failures).toEqual([])
        expect(snapshot.distribution).toBe(fixture.server.startsWith('os-') ? 'opensearch' : 'elasticsearch')
        const expected = expectedMeta(fixture.server, fixture.repository, name)
        if (expected === undefined) continue
        expect(snapshot.indexNames).toEqual([...expected.snapshot.indices].sort())
        expect(snapshot.state).toBe(expected.snapshot.state)
        expect(snapshot.startTimeMs).toBe(expected.snapshot.start_time_in_millis)
        expect(snapshot.endTimeMs).toBe(expected.snapshot.end_time_in_millis)
        expect(snapshot.totalShards).toBe(expected.snapshot.shards.total)
        expect(snapshot.uuid).toBe(expected.snapshot.uuid ?? '')
        const released = expected.snapshot.version.startsWith(snapshot.version ?? 'none')
        expect({ version: snapshot.version, released }).toEqual({ version: snapshot.version, released: true })
        const indexVersion = expected.snapshot.version_id >= 8_500_000 && snapshot.distribution === 'elasticsearch'
        expect(snapshot.indexVersion).toBe(indexVersion ? expected.snapshot.version_id : undefined)
      }
    })

    it('puts the snapshot taken last at the end of the timeline and calls it latest', async () => {
      const repository = await open(fixture.folder)
      const timeline = await repository.timeline(signal)
      const starts = timeline.map((snapshot) => snapshot.startTimeMs ?? 0)
      expect(starts.every((start) => start > 0)).toBe(true)
      expect(starts).toEqual([...starts].sort((a, b) => a - b))
      const latest = await repository.snapshot('latest', signal)
      expect(latest.name).toBe(timeline.at(-1)!.name)
    })

    it('has settings, mappings and aliases of every index as the server reported them', async () => {
      const repository = await open(fixture.folder)
      let compared = 0
      for (const name of Object.keys(fixture.snapshots)) {
        const snapshot = await repository.snapshot(name, signal)
        const indices = await snapshot.indices(snapshot.indexNames, signal)
        expect(indices.map((index) => index.name)).toEqual(snapshot.indexNames)
        const expected = expectedMeta(fixture.server, fixture.repository, name)
        for (const index of indices) {
          expect(index.kind).toEqual({ kind: 'full' })
          expect(index.createdVersion?.release ?? index.createdVersion?.major).toBeDefined()
          const answer = expected?.indices[index.name]
          if (answer === undefined) continue
          compared++
          expect(settingsObject(index.settings)).toEqual(flatten(answer.settings))
          expect(comparable(Object.fromEntries(index.aliases))).toEqual(comparable(answer.aliases))
          const types = Object.fromEntries(index.mappings.map(({ type, mapping }) => [type, mapping]))
          expect(comparable(typeless(types, fixture.server))).toEqual(comparable(answer.mappings))
        }
      }
      // Indices that were carried over from an older server have no recorded answers.
      if (!fixture.server.includes('upgraded')) expect(compared).toBeGreaterThan(1)
    })

    it('has the templates, pipelines and data streams the server reported', async () => {
      const repository = await open(fixture.folder)
      for (const name of Object.keys(fixture.snapshots)) {
        const snapshot = await repository.snapshot(name, signal)
        const global = await snapshot.globalMetadata(signal)
        const expected = expectedMeta(fixture.server, fixture.repository, name)
        if (expected === undefined || global.clusterUuid === undefined) continue
        for (const [template, answer] of Object.entries(expected.templates ?? {})) {
          const stored = global.legacyTemplates.get(template)
          if (stored === undefined && template.startsWith('.')) continue
          const { settings, mappings, ...rest } = comparable(stored) as Record<string, object>
          const { settings: wantedSettings, mappings: wantedMappings, ...wantedRest } = answer
          expect(rest).toEqual(comparable(wantedRest))
          expect(flatten(settings ?? {})).toEqual(flatten(wantedSettings as object))
          const types = Array.isArray(mappings) ? mergeTypes(mappings as object[]) : (mappings ?? {})
          expect(typeless(types, fixture.server)).toEqual(comparable(wantedMappings))
        }
        for (const { name: template, index_template: answer } of expected.index_templates?.index_templates ?? []) {
          const stored = global.indexTemplates.get(template)
          if (stored !== undefined) expect(comparable(stored)).toMatchObject(comparable(answer) as object)
        }
        for (const { name: template, component_template: answer } of expected.component_templates
          ?.component_templates ?? []) {
          const stored = global.componentTemplates.get(template)
          if (stored !== undefined) expect(comparable(stored)).toMatchObject(comparable(answer) as object)
        }
        for (const [pipeline, answer] of Object.entries(expected.pipelines ?? {})) {
          expect(comparable(global.ingestPipelines.get(pipeline))).toEqual(comparable(answer))
        }
        for (const stream of expected.data_streams?.data_streams ?? []) {
          if (!snapshot.dataStreams.includes(stream.name)) continue
          const stored = global.dataStreams.get(stream.name)
          expect(stored?.backingIndices).toEqual(stream.indices.map((index) => index.index_name))
          expect(stored?.generation).toBe(stream.generation)
        }
      }
    })

    it('gives every file of every shard with the recorded length and checksum', async () => {
      const repository = await open(fixture.folder)
      let checked = 0
      for (const name of Object.keys(fixture.snapshots)) {
        const snapshot = await repository.snapshot(name, signal)
        const indices = await snapshot.indices(snapshot.indexNames, signal)
        const sizes = await snapshot.sizes(indices, signal)
        for (const [position, index] of indices.entries()) {
          expect(sizes[position]!.shards).toHaveLength(index.numberOfShards)
          for (let number = 0; number < index.numberOfShards; number++) {
            const shard = await snapshot.shard(index.name, number, signal)
            expect(sizes[position]!.shards[number]).toEqual({ bytes: shard.totalBytes, fileCount: shard.files.length })
            for (const file of shard.files) {
              const source = shard.directory.open(file.physicalName)
              expect(source.length).toBe(file.length)
              if (file.checksum === undefined) continue
              const footer = await source.read(file.length - FOOTER_LENGTH, file.length, signal)
              expect(footerChecksum(footer, source.name, file.length)).toBe(file.checksum)
              checked++
              if (file.inline === undefined && file.partSize === undefined) continue
              const whole = await readAll(source, file.length, signal)
              expect(verifyFooter(whole, source.name)).toBe(file.checksum)
            }
          }
        }
      }
      expect(checked).toBeGreaterThan(20)
    })
  })

  it('read any range across the parts of a split file', async () => {
    const fixture = fixtureRepositories().find(({ id }) => id === 'es-7.10.2/repo-chunked')!
    const snapshot = await (await open(fixture.folder)).snapshot('latest', signal)
    const shards = await Promise.all([0, 1].map((number) => snapshot.shard('many', number, signal)))
    const shard = shards.find(({ files }) =>
      files.some((file) => file.partSize !== undefined && file.length > 2 * file.partSize),
    )!
    const file = shard.files.find(({ partSize, length }) => partSize !== undefined && length > 2 * partSize)!
    const source = shard.directory.open(file.physicalName)
    const whole = await source.read(0, file.length, signal)
    const edge = file.partSize!
    for (const [start, end] of [
      [0, 1],
      [edge - 1, edge],
      [edge, edge + 1],
      [edge - 3, edge + 5],
      [edge - 1, 2 * edge + 1],
      [file.length - 1, file.length],
      [edge, edge],
    ] as const) {
      expect(crc32(await source.read(start, end, signal))).toBe(crc32(whole.subarray(start, end)))
    }
    await expect(source.read(0, file.length + 1, signal)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
    expect(() => shard.directory.open('_zz.cfs')).toThrow(expect.objectContaining({ code: 'BLOB_NOT_FOUND' }))
  })
})
