import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BlobStore } from '../../../src/blob/blob-store.ts'

const MANY = 1050
const LARGE_BYTES = 24 * 1024 * 1024 + 17

/** A store under test with its blobs in it. */
export interface OpenedStore {
  readonly store: BlobStore
  readonly close: () => Promise<void>
}

/** Names as users give them to snapshots and indices; all are kept as they are. */
const ODD_NAMES = [
  'with space',
  'per%cent',
  'a%41',
  'aA',
  'plus+plus',
  'ümlaut-日本語-🙂',
  'quote\'s"and&<tags>',
  'question?mark#hash',
  'semi;colon,comma=equals',
  '~tilde!(star)*',
  'back..dots',
  'colon:at@',
]

/** Bytes that differ from place to place and are the same in every run. */
export function pattern(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = seed | 1
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    bytes[index] = state >>> 24
  }
  return bytes
}

/** The blobs that {@link describeBlobStore} expects in the store. */
export function conformanceBlobs(): Map<string, Uint8Array> {
  const blobs = new Map<string, Uint8Array>([
    ['index.latest', pattern(8, 1)],
    ['index-7', pattern(1000, 2)],
    ['empty', new Uint8Array(0)],
    ['indices/one/0/__a', pattern(300, 3)],
    ['indices/one/0/__b', pattern(301, 4)],
    ['indices/one/meta', pattern(10, 5)],
    ['indices/two', pattern(11, 6)],
    ['indices-not/one', pattern(12, 7)],
    ['large', pattern(LARGE_BYTES, 8)],
  ])
  for (const [index, name] of ODD_NAMES.entries()) blobs.set(`odd/${name}`, pattern(20, 100 + index))
  for (let index = 0; index < MANY; index++) blobs.set(`many/${index}`, Uint8Array.of(index & 255))
  return blobs
}

/** What every blob store has to do, run against the one that `open` fills with the given blobs. */
export function describeBlobStore(
  name: string,
  open: (blobs: ReadonlyMap<string, Uint8Array>) => Promise<OpenedStore>,
): void {
  describe(`${name} as a blob store`, () => {
    const blobs = conformanceBlobs()
    const { signal } = new AbortController()
    let opened: OpenedStore
    let store: BlobStore
    beforeAll(async () => {
      opened = await open(blobs)
      store = opened.store
    })
    afterAll(() => opened.close())

    const listed = async (prefix: string, delimiter: boolean): Promise<string[]> => {
      const found: string[] = []
      for await (const { key, size } of store.list(prefix, { delimiter }, signal)) found.push(`${key} ${size}`)
      return found.sort()
    }
    const expected = (choose: (key: string) => boolean): string[] =>
      [...blobs].flatMap(([key, bytes]) => (choose(key) ? [`${key} ${bytes.length}`] : [])).sort()
    const streamed = async (key: string, start: number, end?: number): Promise<Buffer> => {
      const chunks: Uint8Array[] = []
      const range = { start, ...(end !== undefined && { end }) }
      for await (const chunk of store.stream(key, range, signal)) chunks.push(chunk)
      return Buffer.concat(chunks)
    }

    test('its address holds neither user name nor password', () => {
      expect(store.uri).not.toContain('@')
    })

    test('lists every blob once with its size, more than a thousand of them', async () => {
      expect(await listed('', false)).toEqual(expected(() => true))
    })

    test('lists what starts with a prefix, in folders too', async () => {
      expect(await listed('indices', false)).toEqual(expected((key) => key.startsWith('indices')))
      expect(await listed('indices/', false)).toEqual(expected((key) => key.startsWith('indices/')))
      expect(await listed('indices/one/0/__', false)).toEqual(expected((key) => key.startsWith('indices/one/0/__')))
    })

    test('lists only what is directly in a folder when asked to', async () => {
      expect(await listed('', true)).toEqual(expected((key) => !key.includes('/')))
      expect(await listed('indices/', true)).toEqual(['indices/two 11'])
      expect(await listed('indices/one/', true)).toEqual(['indices/one/meta 10'])
      expect(await listed('many/', true)).toHaveLength(MANY)
      expect(await listed('index', true)).toEqual(['index-7 1000', 'index.latest 8'])
    })

    test('gives an empty listing for a prefix without blobs', async () => {
      expect(await listed('nothing/here/', false)).toEqual([])
      expect(await listed('nothing/here/', true)).toEqual([])
      expect(await listed('index-7/', false)).toEqual([])
    })

    test('a listing can be left early', async () => {
      for await (const { key } of store.list('many/', { delimiter: false }, signal)) {
        expect(key).toMatch(/^many\//)
        break
      }
    })

    test.each(ODD_NAMES)('takes the name %s as it is', async (odd) => {
      const key = `odd/${odd}`
      expect(await store.size(key, signal)).toBe(20)
      expect(Buffer.from(await store.read(key, { start: 0 }, signal))).toEqual(Buffer.from(blobs.get(key)!))
      expect(await listed(key, false)).toEqual([`${key} 20`])
    })

    test('reads exactly the range that is asked for', async () => {
      const all = blobs.get('index-7')!
      const ranges = [
        [0, 1000],
        [0, 1],
        [1, 2],
        [999, 1000],
        [123, 789],
        [500, undefined],
        [0, undefined],
      ] as const
      for (const [start, end] of ranges) {
        const range = { start, ...(end !== undefined && { end }) }
        expect(Buffer.from(await store.read('index-7', range, signal))).toEqual(Buffer.from(all.slice(start, end)))
        expect(await streamed('index-7', start, end)).toEqual(Buffer.from(all.slice(start, end)))
      }
    })

    test('an empty range inside a blob has no bytes', async () => {
      for (const start of [0, 500, 1000]) {
        expect(await store.read('index-7', { start, end: start }, signal)).toHaveLength(0)
        expect(await streamed('index-7', start, start)).toHaveLength(0)
      }
      expect(await store.read('index-7', { start: 1000 }, signal)).toHaveLength(0)
      expect(await streamed('index-7', 1000)).toHaveLength(0)
    })

    test('a blob without bytes can be looked up, read and streamed', async () => {
      expect(await store.size('empty', signal)).toBe(0)
      expect(await store.read('empty', { start: 0 }, signal)).toHaveLength(0)
      expect(await store.read('empty', { start: 0, end: 0 }, signal)).toHaveLength(0)
      expect(await streamed('empty', 0)).toHaveLength(0)
    })

    test('what was read is in memory of its own', async () => {
      const first = await store.read('index-7', { start: 0, end: 10 }, signal)
      first.fill(0)
      expect(await store.read('index-7', { start: 0, end: 10 }, signal)).not.toEqual(first)
    })

    test('reads into the memory that it is given where that is long enough', async () => {
      const memory = new Uint8Array(500)
      for (const [start, end] of [
        [100, 600],
        [3, 200],
        [7, 7],
      ] as const) {
        const bytes = await store.read('index-7', { start, end }, signal, memory)
        expect(bytes.buffer).toBe(memory.buffer)
        expect(Buffer.from(bytes)).toEqual(Buffer.from(blobs.get('index-7')!.slice(start, end)))
      }
      const longer = await store.read('index-7', { start: 0, end: 501 }, signal, memory)
      expect(longer.buffer).not.toBe(memory.buffer)
      expect(Buffer.from(longer)).toEqual(Buffer.from(blobs.get('index-7')!.slice(0, 501)))
    })

    test('a missing blob is BLOB_NOT_FOUND for every call', async () => {
      for (const key of ['missing', 'indices/missing', 'index-7/missing', 'indices/one']) {
        await expect(store.size(key, signal)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND', retryable: false })
        await expect(store.read(key, { start: 0 }, signal)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
        await expect(store.read(key, { start: 5, end: 5 }, signal)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
        await expect(streamed(key, 0)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
      }
    })

    test('a range that goes past the end is BLOB_CORRUPT and names the size', async () => {
      const ranges = [
        { start: 0, end: 1001 },
        { start: 1000, end: 1001 },
        { start: 5000, end: 5001 },
        { start: 1001 },
        { start: 1001, end: 1001 },
        { start: 0, end: 2 ** 52 },
      ]
      for (const range of ranges) {
        const reading = store.read('index-7', range, signal)
        await expect(reading).rejects.toMatchObject({ code: 'BLOB_CORRUPT', retryable: false })
        await expect(reading).rejects.toThrow(/index-7: .*1000 bytes/)
        await expect(streamed('index-7', range.start, range.end)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' })
      }
    })

    test('a key that leads out of the root is refused', async () => {
      for (const key of ['../index-7', 'indices/../../x', 'indices/..', './index-7', '/index-7', 'indices//two', '']) {
        await expect(store.read(key, { start: 0 }, signal), key).rejects.toMatchObject({ code: 'STORE_DENIED' })
        await expect(store.size(key, signal), key).rejects.toMatchObject({ code: 'STORE_DENIED' })
      }
      await expect(listed('../', false)).rejects.toMatchObject({ code: 'STORE_DENIED' })
    })

    test('calls run side by side', async () => {
      const all = blobs.get('large')!
      const starts = Array.from({ length: 40 }, (_, index) => index * 500_000)
      const parts = await Promise.all(
        starts.map((start) => store.read('large', { start, end: start + 100_000 }, signal)),
      )
      for (const [index, start] of starts.entries()) {
        expect(Buffer.compare(parts[index]!, all.subarray(start, start + 100_000))).toBe(0)
      }
    })

    test('streams a large blob in pieces', async () => {
      const hash = createHash('sha256')
      let pieces = 0
      for await (const chunk of store.stream('large', { start: 0 }, signal)) {
        hash.update(chunk)
        pieces++
      }
      expect(pieces).toBeGreaterThan(10)
      expect(hash.digest('hex')).toBe(createHash('sha256').update(blobs.get('large')!).digest('hex'))
    })

    test('a stream can be left early, again and again', async () => {
      for (let round = 0; round < 20; round++) {
        for await (const chunk of store.stream('large', { start: round }, signal)) {
          expect(chunk.length).toBeGreaterThan(0)
          break
        }
      }
      expect(await store.size('index-7', signal)).toBe(1000)
    })

    test('a signal that has fired ends every call before it starts', async () => {
      const stopped = AbortSignal.abort()
      await expect(store.size('index-7', stopped)).rejects.toMatchObject({ code: 'ABORTED' })
      await expect(store.read('index-7', { start: 0 }, stopped)).rejects.toMatchObject({ code: 'ABORTED' })
      const drain = async (items: AsyncIterable<unknown>): Promise<void> => {
        for await (const item of items) expect(item).toBeUndefined()
      }
      await expect(drain(store.stream('large', { start: 0 }, stopped))).rejects.toMatchObject({ code: 'ABORTED' })
      await expect(drain(store.list('', { delimiter: false }, stopped))).rejects.toMatchObject({ code: 'ABORTED' })
    })

    test('a signal that fires in mid-stream ends it', async () => {
      const stopping = new AbortController()
      const reading = async (): Promise<void> => {
        for await (const chunk of store.stream('large', { start: 0 }, stopping.signal)) {
          expect(chunk.length).toBeLessThan(LARGE_BYTES)
          stopping.abort()
        }
      }
      await expect(reading()).rejects.toMatchObject({ code: 'ABORTED' })
    })
  })
}
