import { crc32 } from 'node:zlib'
import type { BlobStore } from '../../../src/blob/blob-store.ts'
import { Failure } from '../../../src/core/failure.ts'

/** Blobs in memory, for repositories that no server would write. */
export function memoryStore(blobs: Map<string, Uint8Array>, uri = 'memory'): BlobStore {
  const blob = (key: string): Uint8Array => {
    const bytes = blobs.get(key)
    if (bytes !== undefined) return bytes
    throw new Failure('BLOB_NOT_FOUND', 'no such blob', { op: 'read', subject: `${uri}/${key}` })
  }
  const read: BlobStore['read'] = async (key, { start, end }) => {
    const bytes = blob(key)
    const until = end ?? bytes.length
    if (until <= bytes.length) return bytes.slice(start, until)
    throw new Failure('BLOB_CORRUPT', `${bytes.length} bytes long, byte ${until} asked for`, {
      op: 'read',
      subject: `${uri}/${key}`,
    })
  }
  return {
    uri,
    list: async function* (prefix, { delimiter }) {
      for (const [key, bytes] of blobs) {
        if (key.startsWith(prefix) && !(delimiter && key.slice(prefix.length).includes('/'))) {
          yield { key, size: bytes.length }
        }
      }
    },
    size: async (key) => blob(key).length,
    read,
    stream: async function* (key, range, signal) {
      yield await read(key, range, signal)
    },
  }
}

/** Plain JSON text. */
export function jsonBlob(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

/** A metadata blob as servers since 2.x write it: header, body, footer. */
export function envelope(codec: string, body: Uint8Array, version = 1): Uint8Array {
  const name = Buffer.from(codec)
  const head = Buffer.alloc(9 + name.length)
  head.writeUInt32BE(0x3fd76c17, 0)
  head.writeUInt8(name.length, 4)
  name.copy(head, 5)
  head.writeInt32BE(version, 5 + name.length)
  const foot = Buffer.alloc(16)
  foot.writeUInt32BE(0xc02893e8, 0)
  const sum = crc32(Buffer.concat([head, body, foot.subarray(0, 8)]))
  foot.writeUInt32BE(sum, 12)
  return new Uint8Array(Buffer.concat([head, body, foot]))
}

/** An {@link envelope} around JSON. */
export function metadataBlob(codec: string, value: unknown): Uint8Array {
  return envelope(codec, jsonBlob(value))
}

/** The eight bytes of `index.latest`. */
export function latestBlob(generation: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(BigInt(generation))
  return new Uint8Array(bytes)
}
