import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { locationIn } from '../../../src/blob/location.ts'
import { openRepository } from '../../../src/repository/open.ts'
import type { Snapshot } from '../../../src/repository/snapshot.ts'
import { shardPathHash } from '../../../src/repository/shard-path-hash.ts'
import { envelope, jsonBlob, memoryStore } from './memory-store.ts'
import { smallRepository } from './small-repository.ts'
import type { SmallRepositoryOptions } from './small-repository.ts'

const signal = new AbortController().signal

async function nightly(blobs: Map<string, Uint8Array>, basePath = ''): Promise<Snapshot> {
  return (await openRepository(locationIn(memoryStore(blobs), basePath), signal)).snapshot('nightly', signal)
}

const small = (options: SmallRepositoryOptions): Promise<Snapshot> => nightly(smallRepository(options))

describe('the body of a metadata blob', () => {
  const json = jsonBlob({ 'meta-data': { cluster_uuid: 'packed' } })
  const deflated = Buffer.concat([Buffer.from('DFL\0'), deflateRawSync(json)])
  // One raw block in a frame that does not record its length, as streaming writers leave it.
  const zstd = Buffer.concat([
    Buffer.from('ZSTD\0'),
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]),
    Buffer.from([((json.length << 3) | 1) & 0xff, (json.length >> 5) & 0xff, 0]),
    json,
  ])
  const lzf = Buffer.concat([Buffer.from('ZV\0'), Buffer.from([json.length >> 8, json.length & 0xff]), json])

  it.each([
    ['plain JSON', json],
    ['DEFLATE', deflated],
    ['zstd', zstd],
    ['LZF', lzf],
  ])('may be %s', async (_, body) => {
    const snapshot = await nightly(smallRepository().set('meta-S.dat', envelope('metadata', body)))
    expect((await snapshot.globalMetadata(signal)).clusterUuid).toBe('packed')
  })

  it.each([
    ['plain JSON', json],
    ['LZF', lzf],
  ])('may be %s without header and footer, as in 1.x', async (_, body) => {
    const snapshot = await nightly(smallRepository().set('meta-S.dat', new Uint8Array(body)))
    expect((await snapshot.globalMetadata(signal)).clusterUuid).toBe('packed')
  })

  it('is corrupt when bytes follow the DEFLATE stream', async () => {
    const body = Buffer.concat([deflated, Buffer.from([0])])
    const snapshot = await nightly(smallRepository().set('meta-S.dat', envelope('metadata', body)))
    await expect(snapshot.globalMetadata(signal)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
  })

  it('is corrupt when it is nested without end', async () => {
    const body = Buffer.from(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)
    const snapshot = await nightly(smallRepository().set('meta-S.dat', envelope('metadata', body)))
    await expect(snapshot.globalMetadata(signal)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
  })
})

describe('the metadata of an index', () => {
  it('takes the mapping of a source-only snapshot from where the original is kept', async () => {
    const original = { properties: { a: { type: 'keyword' } } }
    const snapshot = await small({
      settings: { 'index.source_only': 'true' },
      mappings: [{ _doc: { enabled: false, _meta: { _doc: original } } }],
    })
    const index = await snapshot.index('logs', signal)
    expect(index.kind).toEqual({ kind: 'source-only' })
    expect(index.mappings).toEqual([{ type: '_doc', mapping: original }])
  })

  it('keeps several types in their order', async () => {
    const snapshot = await small({ mappings: [{ zebra: { dynamic: 'strict' } }, { ant: {} }] })
    expect((await snapshot.index('logs', signal)).mappings.map(({ type }) => type)).toEqual(['zebra', 'ant'])
  })

  it('treats names of JavaScript like any other name', async () => {
    const index = '__proto__'
    const blobs = smallRepository({ index: 'PLACE' })
    for (const key of ['index-0', 'snap-S.dat', 'indices/I/meta-S.dat']) {
      const text = Buffer.from(blobs.get(key)!).toString('latin1').replaceAll('PLACE', index)
      const start = text.indexOf('{')
      if (start === 0) blobs.set(key, Buffer.from(text, 'latin1'))
      else
        blobs.set(
          key,
          envelope(
            key.startsWith('snap') ? 'snapshot' : 'index-metadata',
            Buffer.from(text.slice(start, -16), 'latin1'),
          ),
        )
    }
    const snapshot = await nightly(blobs)
    expect(snapshot.indexNames).toEqual([index])
    expect((await snapshot.index(index, signal)).uuid).toBe('U')
    await expect(snapshot.index('constructor', signal)).rejects.toMatchObject({ code: 'INDEX_NOT_FOUND' })
  })

  it.each([['0'], ['1000000'], ['x'], ['-1']])('is corrupt with %s shards', async (count) => {
    const snapshot = await small({ settings: { 'index.number_of_shards': count } })
    await expect(snapshot.index('logs', signal)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
  })

  it('is corrupt when the blob belongs to another index', async () => {
    const blobs = smallRepository()
    blobs.set('indices/I/meta-S.dat', smallRepository({ index: 'other' }).get('indices/I/meta-S.dat')!)
    const snapshot = await nightly(blobs)
    await expect(snapshot.index('logs', signal)).rejects.toMatchObject({
      code: 'BLOB_CORRUPT',
      detail: 'decode memory/indices/I/meta-S.dat: logs is missing',
    })
  })
})

describe('the files of a shard', () => {
  it('are read from their blob', async () => {
    const snapshot = await small({})
    const shard = await snapshot.shard('logs', 0, signal)
    expect(shard).toMatchObject({ totalBytes: 4, uri: 'memory/indices/I/0/' })
    expect(shard.directory.name).toBe('index logs, shard 0 of snapshot nightly')
    expect([...(await shard.directory.open('segments_1').read(1, 3, signal))]).toEqual([2, 3])
  })

  it('must have exactly one commit', async () => {
    const snapshot = await small({ files: [{ name: '__0', physical_name: '_0.cfs', length: 4 }] })
    await expect(snapshot.shard('logs', 0, signal)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
  })

  it('are corrupt when a blob is shorter than recorded', async () => {
    const shard = await (
      await nightly(smallRepository().set('indices/I/0/__0', new Uint8Array(3)))
    ).shard('logs', 0, signal)
    await expect(shard.directory.open('segments_1').read(0, 4, signal)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
  })
})

describe('hashed shard folders', () => {
  /** The small repository under `base/`, its shard moved to `folder`, counted from the top of the store. */
  function hashed(type: number, folder: string, record?: { algorithm: number }): Map<string, Uint8Array> {
    const blobs = new Map<string, Uint8Array>()
    for (const [key, bytes] of smallRepository({ indexEntry: { shard_path_type: type } })) {
      const inShard = key.startsWith('indices/I/0/')
      blobs.set(inShard ? folder + key.slice('indices/I/0/'.length) : `base/${key}`, bytes)
    }
    if (record !== undefined) {
      blobs.set(
        `base/snapshot_shard_paths/snapshot_path_I.logs.1.${type}.${record.algorithm}`,
        jsonBlob({ indexId: 'I', indexName: 'logs', number_of_shards: 1, shard_path_type: type, paths: [folder] }),
      )
    }
    return blobs
  }
  const composite = shardPathHash('I', 0, 1)!
  const base64 = shardPathHash('I', 0, 0)!

  it.each([
    ['a prefix, recorded', hashed(1, `${composite}/base/indices/I/0/`, { algorithm: 1 })],
    [
      'a prefix with a fixed text before it, recorded',
      hashed(1, `pre-${composite}/base/indices/I/0/`, { algorithm: 1 }),
    ],
    ['a prefix, computed', hashed(1, `${composite}/base/indices/I/0/`)],
    ['a prefix, computed by the other algorithm', hashed(1, `${base64}/base/indices/I/0/`)],
    ['an infix, recorded', hashed(2, `base/${composite}/indices/I/0/`, { algorithm: 1 })],
    ['an infix, computed', hashed(2, `base/${composite}/indices/I/0/`)],
  ])('are found with %s', async (_, blobs) => {
    const shard = await (await nightly(blobs, 'base')).shard('logs', 0, signal)
    expect([...(await shard.directory.open('segments_1').read(0, 4, signal))]).toEqual([1, 2, 3, 4])
  })

  it('are missing with a word about the base path when it is another one', async () => {
    const snapshot = await nightly(hashed(1, `${composite}/other/indices/I/0/`), 'base')
    await expect(snapshot.shard('logs', 0, signal)).rejects.toMatchObject({
      code: 'BLOB_NOT_FOUND',
      subject: `memory/${composite}/base/indices/I/0/snap-S.dat`,
      hint: expect.stringContaining('base path') as unknown,
    })
  })

  it('are refused when the kind of path is unknown', async () => {
    const snapshot = await nightly(hashed(3, 'base/indices/I/0/'), 'base')
    await expect(snapshot.shard('logs', 0, signal)).rejects.toMatchObject({ code: 'FORMAT_UNSUPPORTED' })
  })

  it('are corrupt when the record leads out of the store', async () => {
    const blobs = hashed(1, `${composite}/base/indices/I/0/`)
    const paths = ['../../etc/']
    blobs.set('base/snapshot_shard_paths/snapshot_path_I.logs.1.1.1', jsonBlob({ shard_path_type: 1, paths }))
    await expect((await nightly(blobs, 'base')).shard('logs', 0, signal)).rejects.toMatchObject({
      code: 'BLOB_CORRUPT',
    })
  })
})
