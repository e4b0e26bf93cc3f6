import { describe, expect, it } from 'vitest'
import type { BlobStore } from '../../../src/blob/blob-store.ts'
import { locationIn } from '../../../src/blob/location.ts'
import { isFailure } from '../../../src/core/failure.ts'
import { openRepository } from '../../../src/repository/open.ts'
import type { Repository } from '../../../src/repository/open.ts'
import { requireComplete } from '../../../src/repository/snapshot.ts'
import { envelope, jsonBlob, latestBlob, memoryStore, metadataBlob } from './memory-store.ts'
import { smallRepository } from './small-repository.ts'

const signal = new AbortController().signal
const open = (blobs: Map<string, Uint8Array>, basePath = ''): Promise<Repository> =>
  openRepository(locationIn(memoryStore(blobs), basePath), signal)
const failure = (code: string, text: string): object =>
  expect.objectContaining({ code, message: expect.stringContaining(text) as unknown }) as object

describe('the root of a repository', () => {
  it('is the generation that index.latest names', async () => {
    const repository = await open(smallRepository())
    expect(repository).toMatchObject({ layout: '5.x+', generation: 0, warnings: [] })
    expect(repository.snapshots).toMatchObject([{ name: 'nightly', version: '7.10.2', indexNames: ['logs'] }])
  })

  it.each([
    ['missing', undefined, 'index.latest is missing'],
    ['damaged', new Uint8Array([1, 2, 3]), 'index.latest is damaged'],
    ['behind', latestBlob(0), 'index.latest names generation 0'],
  ])('is the highest generation when index.latest is %s', async (_, latest, warning) => {
    const blobs = smallRepository()
    blobs.set('index-12', blobs.get('index-0')!)
    blobs.set('index-0', jsonBlob({ snapshots: [], indices: {} }))
    blobs.set('index-tmp', jsonBlob({}))
    if (latest === undefined) blobs.delete('index.latest')
    else blobs.set('index.latest', latest)
    const repository = await open(blobs)
    expect(repository.generation).toBe(12)
    expect(repository.snapshots).toHaveLength(1)
    expect(repository.warnings.join()).toContain(warning)
  })

  it('is found by index.latest alone when the listing lags behind', async () => {
    const store: BlobStore = { ...memoryStore(smallRepository()), list: async function* () {} }
    const repository = await openRepository(locationIn(store, ''), signal)
    expect(repository.generation).toBe(0)
  })

  it('is corrupt when an index names an unknown snapshot', async () => {
    const blobs = smallRepository({ indexEntry: { snapshots: ['T'] } })
    await expect(open(blobs)).rejects.toEqual(failure('BLOB_CORRUPT', 'unknown snapshot "T"'))
  })

  it('is corrupt when an index id would lead out of the repository', async () => {
    await expect(open(smallRepository({ indexEntry: { id: '../x' } }))).rejects.toEqual(failure('BLOB_CORRUPT', '../x'))
  })

  it('may name snapshots of an index as objects, as before 5.4.1', async () => {
    const repository = await open(smallRepository({ indexEntry: { snapshots: [{ name: 'nightly', uuid: 'S' }] } }))
    expect(repository.snapshots[0]!.indexNames).toEqual(['logs'])
  })

  it('is corrupt when index.latest names a generation that is gone', async () => {
    const blobs = new Map([['index.latest', latestBlob(7)]])
    await expect(open(blobs)).rejects.toEqual(failure('REPOSITORY_NOT_FOUND', 'index-7, which is missing'))
  })
})

describe('a location that is no repository', () => {
  const inFolder = (folder: string): Map<string, Uint8Array> =>
    new Map([...smallRepository()].map(([key, bytes]) => [`${folder}/${key}`, bytes]))

  it('is told to be empty', async () => {
    await expect(open(new Map())).rejects.toEqual(failure('REPOSITORY_NOT_FOUND', 'empty'))
  })

  it('points to the repository one level below', async () => {
    await expect(open(inFolder('prod/es'))).rejects.toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
      hint: 'Give memory/prod/es instead.',
    })
  })

  it('points to the repository above, asked from the top of the store', async () => {
    await expect(open(inFolder('prod/es'), 'prod/es/indices')).rejects.toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
      hint: 'Give memory/prod/es instead.',
    })
  })

  it('points to the repository above, told by its path', async () => {
    const store = memoryStore(new Map([['meta-S.dat', new Uint8Array(1)]]), '/backup/es/indices/I')
    await expect(openRepository(locationIn(store, ''), signal)).rejects.toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
      hint: 'Give /backup/es instead.',
    })
  })
})

describe('choosing a snapshot', () => {
  const several = (...snapshots: Record<string, unknown>[]): Map<string, Uint8Array> =>
    smallRepository().set('index-0', jsonBlob({ snapshots, indices: {} }))

  it('fails for an unknown name with those there are and the closest', async () => {
    const repository = await open(smallRepository())
    await expect(repository.snapshot('nightli', signal)).rejects.toMatchObject({
      code: 'SNAPSHOT_NOT_FOUND',
      detail: 'no snapshot "nightli"; it has nightly',
      hint: 'Did you mean nightly?',
    })
  })

  it('accepts the uuid in place of the name', async () => {
    expect((await (await open(smallRepository())).snapshot('S', signal)).name).toBe('nightly')
  })

  it('takes as latest the newest complete one', async () => {
    const info = (name: string, end: number): Uint8Array =>
      metadataBlob('snapshot', { snapshot: { name, indices: [], start_time: 1, end_time: end } })
    const blobs = several(
      { name: 'b', uuid: 'B', state: 1 },
      { name: 'a', uuid: 'A', state: 1 },
      { name: 'p', uuid: 'P', state: 3 },
    )
    blobs.set('snap-A.dat', info('a', 10)).set('snap-B.dat', info('b', 20)).set('snap-P.dat', info('p', 30))
    const repository = await open(blobs)
    expect((await repository.snapshot('latest', signal)).name).toBe('b')
    expect((await repository.timeline(signal)).map(({ endTimeMs }) => endTimeMs)).toEqual([20, 10, 30])
  })

  it('has no latest when none is complete', async () => {
    const repository = await open(several({ name: 'p', uuid: 'P', state: 3 }))
    await expect(repository.snapshot('latest', signal)).rejects.toEqual(
      failure('SNAPSHOT_NOT_FOUND', 'it has 1 snapshot, and none'),
    )
  })
})

describe('an incomplete snapshot', () => {
  it('opens, but not its failed shards', async () => {
    const failures = [{ index: 'logs', shard_id: 0, reason: 'node left', index_uuid: 'U', status: 'x' }]
    const blobs = smallRepository({ snapshot: { state: 3 }, info: { state: 'PARTIAL', failures } })
    const snapshot = await (await open(blobs)).snapshot('nightly', signal)
    expect(snapshot).toMatchObject({
      state: 'PARTIAL',
      failures: [{ indexName: 'logs', shard: 0, reason: 'node left' }],
    })
    await expect(snapshot.shard('logs', 0, signal)).rejects.toEqual(failure('SNAPSHOT_INCOMPLETE', 'node left'))
    expect(await snapshot.sizes([{ name: 'logs', numberOfShards: 1 }], signal)).toEqual([
      { indexName: 'logs', bytes: 0, fileCount: 0, shards: [undefined] },
    ])
    expect(() => {
      requireComplete(snapshot)
    }).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_INCOMPLETE', detail: expect.stringContaining('logs[0]') as unknown }),
    )
  })

  it('opens in progress, without a blob of its own', async () => {
    const blobs = smallRepository({ snapshot: { state: 0 } })
    blobs.delete('snap-S.dat')
    blobs.delete('indices/I/0/snap-S.dat')
    const snapshot = await (await open(blobs)).snapshot('nightly', signal)
    expect(snapshot.state).toBe('IN_PROGRESS')
    await expect(snapshot.shard('logs', 0, signal)).rejects.toEqual(failure('SNAPSHOT_INCOMPLETE', 'IN_PROGRESS'))
  })
})

describe('a repository before 5.0', () => {
  const legacy = (): Map<string, Uint8Array> =>
    new Map([
      ['index', jsonBlob({ snapshots: ['old', 'new', 'bad'] })],
      [
        'snapshot-old',
        jsonBlob({ snapshot: { name: 'old', indices: ['a'], state: 'SUCCESS', version_id: 1070699, end_time: 1 } }),
      ],
      [
        'snap-new.dat',
        metadataBlob('snapshot', {
          snapshot: { name: 'new', indices: ['a'], state: 'SUCCESS', version_id: 2040699, end_time: 2 },
        }),
      ],
      ['snap-bad.dat', new Uint8Array(40)],
      [
        'indices/a/snapshot-old',
        jsonBlob({ a: { settings: { 'index.number_of_shards': '1' }, mappings: [{ t: {} }] } }),
      ],
    ])

  it('may hold snapshots of 1.x beside those of 2.x', async () => {
    const repository = await open(legacy())
    expect(repository.layout).toBe('2.x')
    expect(repository.snapshots.map(({ version }) => version)).toEqual(['1.7.6', '2.4.6', undefined])
    expect((await repository.snapshot('latest', signal)).name).toBe('new')
    const old = await repository.snapshot('old', signal)
    expect(await old.index('a', signal)).toMatchObject({ numberOfShards: 1, mappings: [{ type: 't' }] })
  })

  it('lists a snapshot that cannot be read, with a warning', async () => {
    const repository = await open(legacy())
    expect(repository.warnings).toEqual([expect.stringContaining('snapshot bad cannot be read')])
    expect(repository.snapshots[2]).toMatchObject({ name: 'bad', state: 'UNKNOWN', indexNames: [] })
    await expect(repository.snapshot('bad', signal)).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
  })
})

describe('what a snapshot does not hold', () => {
  it('is named with its blob when it is missing', async () => {
    const blobs = smallRepository()
    const snapshot = await (await open(blobs)).snapshot('nightly', signal)
    for (const key of ['indices/I/meta-S.dat', 'indices/I/0/snap-S.dat', 'meta-S.dat']) blobs.delete(key)
    await expect(snapshot.index('logs', signal)).rejects.toEqual(failure('BLOB_NOT_FOUND', 'indices/I/meta-S.dat'))
    await expect(snapshot.shard('logs', 0, signal)).rejects.toEqual(failure('BLOB_NOT_FOUND', 'indices/I/0/snap-S.dat'))
    await expect(snapshot.globalMetadata(signal)).rejects.toEqual(failure('BLOB_NOT_FOUND', 'meta-S.dat'))
  })

  it('is told to be deleted when the repository lists the snapshot no more', async () => {
    const blobs = smallRepository()
    const snapshot = await (await open(blobs)).snapshot('nightly', signal)
    blobs.delete('indices/I/0/snap-S.dat')
    blobs.set('index-1', jsonBlob({ snapshots: [], indices: {} }))
    await expect(snapshot.shard('logs', 0, signal)).rejects.toEqual(failure('SNAPSHOT_NOT_FOUND', 'deleted while'))
  })

  it('is refused by name: an unknown index, a shard past the end', async () => {
    const snapshot = await (await open(smallRepository())).snapshot('nightly', signal)
    await expect(snapshot.index('log', signal)).rejects.toMatchObject({
      code: 'INDEX_NOT_FOUND',
      hint: 'Did you mean logs?',
    })
    await expect(snapshot.shard('logs', 1, signal)).rejects.toEqual(failure('BLOB_NOT_FOUND', 'indices/I/1/snap-S.dat'))
  })

  it('is refused as a shallow snapshot when the segments are in a remote store', async () => {
    const blobs = smallRepository({ info: { remote_store_index_shallow_copy: true } })
    blobs.delete('indices/I/0/snap-S.dat')
    blobs.set('indices/I/0/shallow-snap-S.dat', metadataBlob('snapshot', { remote_store_repository: 'far' }))
    const snapshot = await (await open(blobs)).snapshot('nightly', signal)
    expect(snapshot.shallow).toBe(true)
    await expect(snapshot.shard('logs', 0, signal)).rejects.toEqual(failure('FORMAT_UNSUPPORTED', 'repository far'))
  })

  it('is refused as a mounted searchable snapshot, which its metadata names', async () => {
    const settings = { 'index.store.type': 'snapshot', 'index.store.snapshot.snapshot_name': 'origin' }
    const snapshot = await (await open(smallRepository({ settings, files: [] }))).snapshot('nightly', signal)
    expect((await snapshot.index('logs', signal)).kind).toMatchObject({ kind: 'searchable', snapshot: 'origin' })
    await expect(snapshot.shard('logs', 0, signal)).rejects.toEqual(failure('FORMAT_UNSUPPORTED', 'searchable'))
  })

  it('is refused when the blobs are encrypted, when they are newer, and when their body is unknown', async () => {
    const cases: [Uint8Array, string][] = [
      [new Uint8Array(200).fill(7), 'neither the header nor the footer'],
      [envelope('snapshot', jsonBlob({}), 2), 'snapshot version 2'],
      [envelope('snapshot', new Uint8Array([9, 9, 9])), 'begins with 0x090909'],
    ]
    for (const [blob, text] of cases) {
      const repository = await open(smallRepository().set('snap-S.dat', blob))
      await expect(repository.snapshot('nightly', signal)).rejects.toEqual(failure('FORMAT_UNSUPPORTED', text))
    }
  })

  it('is corrupt when a blob is of another kind', async () => {
    const repository = await open(smallRepository().set('snap-S.dat', metadataBlob('metadata', {})))
    await expect(repository.snapshot('nightly', signal)).rejects.toEqual(failure('BLOB_CORRUPT', "kind 'metadata'"))
  })
})

describe('opening', () => {
  it('stops when the signal fires', async () => {
    const controller = new AbortController()
    const repository = await open(smallRepository())
    const snapshot = await repository.snapshot('nightly', signal)
    controller.abort()
    const error: unknown = await snapshot.indices(['logs'], controller.signal).catch((thrown: unknown) => thrown)
    expect(isFailure(error, 'ABORTED')).toBe(true)
  })
})
