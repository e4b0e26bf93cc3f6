import type { BlobStore } from '../blob/blob-store.ts'
import { FOOTER_LENGTH, footerChecksum } from '../codec/lucene-envelope.ts'
import { checkRange, memorySource } from '../core/byte-source.ts'
import type { ByteSource } from '../core/byte-source.ts'
import { Failure } from '../core/failure.ts'
import type { ShardFile } from './shard-files.ts'

/** The files of one shard by their Lucene names; the shape that the Lucene readers take. */
export interface ShardDirectory {
  /** Where it is, for messages: `index logs, shard 0 of snapshot nightly`. */
  readonly name: string
  /** All file names. */
  readonly files: ReadonlySet<string>
  /** The file of that name; throws `BLOB_NOT_FOUND` when the shard has none. */
  open(file: string): ByteSource
}

/**
 * A directory over the blobs in `folder` (ends with `/`); opening a file costs nothing, reading fetches only what is asked
 * for. A read that covers the footer of a file is `BLOB_CORRUPT` unless the checksum in it is the one of the file list: a
 * whole and proper file of another shard or generation may lie under the right name.
 */
export function shardDirectory(
  name: string,
  store: BlobStore,
  folder: string,
  files: readonly ShardFile[],
): ShardDirectory {
  const byName = new Map(files.map((file) => [file.physicalName, file]))
  return {
    name,
    files: new Set(byName.keys()),
    open: (physicalName) => {
      const file = byName.get(physicalName)
      if (file !== undefined) return withListedChecksum(fileSource(store, folder, file), file.checksum)
      throw new Failure('BLOB_NOT_FOUND', `has no file ${physicalName}`, { op: 'open file of', subject: name })
    },
  }
}

/** The bytes of one file: those in the metadata, one blob, or the parts `.part0`, `.part1`, … in a row. */
function fileSource(store: BlobStore, folder: string, file: ShardFile): ByteSource {
  const { length, partSize } = file
  const key = folder + file.blobName
  const name = `${file.physicalName} (${store.uri}/${key})`
  if (file.inline !== undefined) return memorySource(name, file.inline)
  if (length === 0) return memorySource(name, new Uint8Array(0))
  return {
    name,
    length,
    read: async (start, end, signal, memory) => {
      checkRange(name, length, start, end)
      if (start === end) return new Uint8Array(0)
      if (partSize === undefined) return store.read(key, { start, end }, signal, memory)
      return readParts(store, key, partSize, start, end, signal)
    },
  }
}

function withListedChecksum(source: ByteSource, listed: number | undefined): ByteSource {
  const { name, length } = source
  if (listed === undefined) return source
  const read: ByteSource['read'] = async (start, end, signal, memory) => {
    const bytes = await source.read(start, end, signal, memory)
    if (end !== length || bytes.length < FOOTER_LENGTH) return bytes
    const recorded = footerChecksum(bytes.subarray(bytes.length - FOOTER_LENGTH), name, length)
    if (recorded === listed) return bytes
    const hex = (value: number): string => value.toString(16).padStart(8, '0')
    const detail = `its footer at byte ${length - FOOTER_LENGTH} records checksum ${hex(recorded)}, the snapshot ${hex(listed)}`
    throw new Failure('BLOB_CORRUPT', detail, {
      op: 'read',
      subject: name,
      hint: 'Another file lies under this name: the copy of the repository mixes states. Make the copy again, or take a new snapshot.',
    })
  }
  return { name, length, read }
}

async function readParts(
  store: BlobStore,
  key: string,
  partSize: number,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const first = Math.floor(start / partSize)
  const last = Math.floor((end - 1) / partSize)
  const readPart = (part: number): Promise<Uint8Array> =>
    store.read(
      `${key}.part${part}`,
      { start: Math.max(start - part * partSize, 0), end: Math.min(end - part * partSize, partSize) },
      signal,
    )
  if (first === last) return readPart(first)
  const result = new Uint8Array(end - start)
  for (let part = first; part <= last; part++) result.set(await readPart(part), Math.max(part * partSize - start, 0))
  return result
}
