import * as zlib from 'node:zlib'

/** A decoder of single zstd frames; synchronous, and the bytes it returns belong to the caller. */
export interface ZstdEngine {
  readonly name: 'native' | 'wasm'
  /** The content of the frame, at most `capacity` bytes; throws, or returns nothing, when the frame is damaged. */
  decode(frame: Uint8Array, capacity: number): Uint8Array
}

/** Smallest `chunkSize` that zlib accepts. */
const MIN_CHUNK = 64

type DecompressSync = (input: Uint8Array, options: { chunkSize: number; maxOutputLength: number }) => Uint8Array

/** The decoder of this Node, there since 22.15; null in older ones. */
export function nativeZstd(): ZstdEngine | null {
  // The types of the oldest supported Node do not know the function.
  const decompress = (zlib as { zstdDecompressSync?: DecompressSync }).zstdDecompressSync
  if (decompress === undefined) return null
  return {
    name: 'native',
    decode: (frame, capacity) =>
      decompress(frame, { chunkSize: Math.max(capacity, MIN_CHUNK), maxOutputLength: Math.max(capacity, 1) }),
  }
}

/**
 * The decoder in WebAssembly. Its memory grows to the largest frame and content decoded so far and is used again; every
 * result is a copy outside of it.
 */
export async function wasmZstd(): Promise<ZstdEngine> {
  const { ZSTDDecoder } = await import('zstddec')
  const decoder = new ZSTDDecoder()
  await decoder.init()
  return { name: 'wasm', decode: (frame, capacity) => decoder.decode(frame, Math.max(capacity, 1)) }
}
