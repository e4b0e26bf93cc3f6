import { close, fstat, open, read } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { throwIfAborted } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import { checkKey } from './blob-key.ts'
import type { BlobEntry, BlobStore, ByteRange } from './blob-store.ts'
import { fsFailure, isMissing } from './fs-failure.ts'
import { memoryFor } from './memory-for.ts'
import { resolveRange } from './resolve-range.ts'

// Half the processor time of `FileHandle`, which a repository of many small blobs feels.
const [openAt, statOf, readAt, closeFile] = [promisify(open), promisify(fstat), promisify(read), promisify(close)]

const STREAM_CHUNK_BYTES = 1 << 20
const STATS_AT_ONCE = 32

/**
 * The files under `folder` (local disk or a mounted share) as blobs. Files are opened for each call, so nothing has to be
 * closed. Symbolic links are followed. A folder that does not exist is an empty store; `openStore` checks for it.
 *
 * Failure codes: those of {@link BlobStore}; an unreadable device or a lost share is a retryable `STORE_UNREACHABLE`.
 */
export function openFsStore(folder: string): BlobStore {
  const root = resolve(folder)
  const pathOf = (key: string): string => {
    checkKey(key, 'key', root)
    return under(root, key)
  }
  return {
    uri: root,
    list: async function* (prefix, { delimiter }, signal) {
      checkKey(prefix, 'prefix', root)
      yield* listFolder(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, delimiter, signal)
    },
    size: async (key, signal) => {
      throwIfAborted(signal)
      return sizeOfFile(pathOf(key))
    },
    read: async (key, range, signal, memory) => {
      const path = pathOf(key)
      const file = await openFile(path, signal)
      try {
        const { start, end } = await rangeIn(file, path, range)
        return await readExactly(file, path, start, end, signal, memory)
      } finally {
        await closeFile(file)
      }
    },
    stream: async function* (key, range, signal) {
      const path = pathOf(key)
      const file = await openFile(path, signal)
      try {
        const { start, end } = await rangeIn(file, path, range)
        for (let from = start; from < end; from += STREAM_CHUNK_BYTES) {
          yield await readExactly(file, path, from, Math.min(from + STREAM_CHUNK_BYTES, end), signal)
        }
      } finally {
        await closeFile(file)
      }
    },
  }
}

function under(root: string, key: string): string {
  return root === '/' ? `/${key}` : `${root}/${key}`
}

/** The blobs of one folder (`folder` is empty or ends with `/`) and, unless `delimiter`, of the folders in it. */
async function* listFolder(
  root: string,
  folder: string,
  prefix: string,
  delimiter: boolean,
  signal: AbortSignal,
): AsyncGenerator<BlobEntry> {
  throwIfAborted(signal)
  const folders: string[] = []
  for await (const names of namesIn(under(root, folder), signal)) {
    const keys = names.map((name) => folder + name).filter((key) => key.startsWith(prefix))
    for (const entry of await Promise.all(keys.map((key) => look(root, key)))) {
      if (entry === undefined) continue
      if (entry.size === undefined) folders.push(`${entry.key}/`)
      else yield { key: entry.key, size: entry.size }
    }
  }
  if (delimiter) return
  for (const inner of folders) yield* listFolder(root, inner, prefix, delimiter, signal)
}

/** The names in a folder, some at a time; none when there is no such folder. */
async function* namesIn(path: string, signal: AbortSignal): AsyncGenerator<string[]> {
  let names: string[] = []
  try {
    for await (const item of await opendir(path)) {
      names.push(item.name)
      if (names.length < STATS_AT_ONCE) continue
      throwIfAborted(signal)
      yield names
      names = []
    }
  } catch (error) {
    if (error instanceof Failure) throw error
    if (!isMissing(error)) throw fsFailure(error, 'list', path)
  }
  yield names
}

/** What a key names: a file with its size, a folder without, nothing when it was removed in between. */
async function look(root: string, key: string): Promise<{ key: string; size?: number } | undefined> {
  const path = under(root, key)
  try {
    const found = await stat(path)
    if (found.isDirectory()) return { key }
    return found.isFile() ? { key, size: found.size } : undefined
  } catch (error) {
    if (isMissing(error)) return undefined
    throw fsFailure(error, 'list', path)
  }
}

async function sizeOfFile(path: string): Promise<number> {
  try {
    const found = await stat(path)
    if (found.isFile()) return found.size
  } catch (error) {
    throw fsFailure(error, 'look up', path)
  }
  throw notAFile('look up', path)
}

async function openFile(path: string, signal: AbortSignal): Promise<number> {
  throwIfAborted(signal)
  try {
    return await openAt(path, 'r')
  } catch (error) {
    throw fsFailure(error, 'read', path)
  }
}

async function rangeIn(file: number, path: string, range: ByteRange): Promise<Required<ByteRange>> {
  const found = await statOf(file)
  if (!found.isFile()) throw notAFile('read', path)
  return resolveRange(path, range, found.size)
}

/** The bytes `[start, end)`; a file that became shorter meanwhile is `BLOB_CORRUPT`. */
async function readExactly(
  file: number,
  path: string,
  start: number,
  end: number,
  signal: AbortSignal,
  memory?: Uint8Array,
): Promise<Uint8Array> {
  const bytes = memoryFor(end - start, memory)
  for (let done = 0; done < bytes.length;) {
    throwIfAborted(signal)
    const step = await readSome(file, path, bytes.subarray(done), start + done)
    if (step === 0) {
      throw new Failure('BLOB_CORRUPT', `ends at byte ${start + done}, expected up to ${end}`, {
        op: 'read',
        subject: path,
      })
    }
    done += step
  }
  return bytes
}

async function readSome(file: number, path: string, into: Uint8Array, position: number): Promise<number> {
  try {
    return (await readAt(file, into, 0, into.length, position)).bytesRead
  } catch (error) {
    throw fsFailure(error, 'read', path)
  }
}

function notAFile(op: string, path: string): Failure {
  return new Failure('BLOB_NOT_FOUND', 'not a file', { op, subject: path })
}
