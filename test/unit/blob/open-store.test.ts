import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fsFailure } from '../../../src/blob/fs-failure.ts'
import { openFsStore } from '../../../src/blob/fs-store.ts'
import { locationIn, wrapLocation } from '../../../src/blob/location.ts'
import { meteredStore, newBlobMeter } from '../../../src/blob/metered-store.ts'
import { openStore } from '../../../src/blob/open-store.ts'
import { memoryStore } from './memory-store.ts'

const { signal } = new AbortController()
const s3 = { region: 'us-east-1', credentials: { accessKeyId: 'k', secretAccessKey: 's' } }
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-open-'))
  await mkdir(join(folder, 'with space/base'), { recursive: true })
  await writeFile(join(folder, 'index.latest'), 'x')
  await writeFile(join(folder, 'with space/base/index.latest'), 'xyz')
})
afterAll(() => rm(folder, { recursive: true }))

describe('openStore', () => {
  test('opens a folder by path, by relative path and by file URL, with or without slashes at the end', async () => {
    for (const location of [folder, `${folder}///`, relative(process.cwd(), folder), pathToFileURL(folder).href]) {
      const { store, top, basePath } = await openStore(location)
      expect(store.uri).toBe(folder)
      expect(top).toBe(store)
      expect(basePath).toBe('')
      expect(await store.size('index.latest', signal)).toBe(1)
    }
    const spaced = await openStore(pathToFileURL(join(folder, 'with space')).href)
    expect(spaced.store.uri).toBe(join(folder, 'with space'))
  })

  test('opens a base path in a folder and keeps what is above it', async () => {
    const { store, top, basePath } = await openStore(folder, { basePath: '/with space/base/' })
    expect(basePath).toBe('with space/base')
    expect(store.uri).toBe(`${folder}/with space/base`)
    expect(await store.size('index.latest', signal)).toBe(3)
    expect(await top.size('index.latest', signal)).toBe(1)
  })

  test('a folder that is missing or is a file is REPOSITORY_NOT_FOUND', async () => {
    for (const location of [`${folder}/missing`, `${folder}/index.latest`, `file://${folder}/missing`]) {
      await expect(openStore(location)).rejects.toMatchObject({ code: 'REPOSITORY_NOT_FOUND' })
    }
    await expect(openStore(folder, { basePath: 'missing' })).rejects.toMatchObject({ code: 'REPOSITORY_NOT_FOUND' })
  })

  test('opens a bucket and a prefix without sending anything', async () => {
    const opened = async (location: string): Promise<string[]> => {
      const { store, top, basePath } = await openStore(location, { s3 })
      return [store.uri, top.uri, basePath]
    }
    expect(await opened('s3://bucket')).toEqual(['s3://bucket', 's3://bucket', ''])
    expect(await opened('s3://bucket/')).toEqual(['s3://bucket', 's3://bucket', ''])
    expect(await opened('S3://bucket/a b/%41+//')).toEqual(['s3://bucket/a b/%41+', 's3://bucket', 'a b/%41+'])
  })

  test.each([
    ['gs://bucket/x', /Google Cloud Storage is not supported yet/],
    ['azure://container/x', /Azure Blob Storage is not supported yet/],
    ['hdfs://host/x', /HDFS is not supported yet/],
    ['https://host/x', /read-only URL repositories is not supported yet/],
    ['ftp://host/x', /the scheme ftp:\/\/ is not known/],
    ['s3://', /bucket/],
    ['s3:///prefix', /bucket/],
    ['file://other-host/x', /host/],
    ['', /empty/],
  ])('%j is CONFIG_INVALID with a reason', async (location, reason) => {
    const opening = openStore(location, { s3 })
    await expect(opening).rejects.toThrow(reason)
    await expect(opening).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  test('a password in a location does not come back in the message', async () => {
    for (const location of ['ftp://user:password@host/x', 's3://user:password@bucket/x']) {
      await expect(openStore(location, { s3 })).rejects.not.toThrow(/password/)
    }
  })
})

test('a wrapped location reads store and top through the wrapper', async () => {
  const blobs = new Map([
    ['base/a', new Uint8Array(3)],
    ['hash/base/b', new Uint8Array(4)],
  ])
  const meter = newBlobMeter()
  const location = wrapLocation(locationIn(memoryStore(blobs), 'base'), (store) => meteredStore(store, meter))
  expect(await location.store.read('a', { start: 0 }, signal)).toHaveLength(3)
  expect(await location.top.read('hash/base/b', { start: 0 }, signal)).toHaveLength(4)
  expect(meter.read).toEqual({ calls: 2, failures: 0, bytes: 7 })
})

test('links to files and folders are followed, and links to nothing are left out', async () => {
  const linked = await mkdtemp(join(tmpdir(), 'backfill-links-'))
  await symlink(join(folder, 'with space'), join(linked, 'folder'))
  await symlink(join(folder, 'index.latest'), join(linked, 'file'))
  await symlink(join(folder, 'nothing'), join(linked, 'dangling'))
  const keys: string[] = []
  for await (const { key } of openFsStore(linked).list('', { delimiter: false }, signal)) keys.push(key)
  expect(keys.sort()).toEqual(['file', 'folder/base/index.latest'])
  await rm(linked, { recursive: true })
})

test('the store of a folder that does not exist is empty', async () => {
  for await (const { key } of openFsStore(`${folder}/missing`).list('', { delimiter: false }, signal)) {
    expect.unreachable(key)
  }
})

test.each([
  ['ENOENT', 'BLOB_NOT_FOUND', false],
  ['EACCES', 'STORE_DENIED', false],
  ['EPERM', 'STORE_DENIED', false],
  ['EIO', 'STORE_UNREACHABLE', true],
  ['ESTALE', 'STORE_UNREACHABLE', true],
  ['EMFILE', 'STORE_UNREACHABLE', true],
])('the system error %s is %s', (code, expected, retryable) => {
  const error = Object.assign(new Error(`${code}: it says`), { code })
  expect(fsFailure(error, 'read', '/a')).toMatchObject({ code: expected, retryable, subject: '/a' })
})
