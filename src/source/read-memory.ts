import { chunkScratch, type ChunkScratch } from '../lucene/stored-chunk.ts'

const KEPT_BYTES = 16 * 1024 * 1024
const MIB = 1024 * 1024

/**
 * Memory that one reader after another uses, one at a time: for the bytes of a repository and for what they decode to. Every
 * few megabytes allocated anew make the engine look through its whole heap, which takes more time than decoding.
 */
export class ReadMemory {
  readonly scratch: ChunkScratch = chunkScratch()
  readonly #free: Uint8Array[] = []
  #freeBytes = 0

  /** At least `length` bytes, with anything in them. */
  take(length: number): Uint8Array {
    const place = this.#free.findIndex((memory) => memory.length >= length)
    if (place < 0) return new Uint8Array(roundUp(length))
    const [memory] = this.#free.splice(place, 1)
    this.#freeBytes -= memory!.length
    return memory!
  }

  /** Takes back what nobody reads or writes any more; up to 16 MiB are kept. */
  give(memory: Uint8Array): void {
    if (this.#freeBytes + memory.length > KEPT_BYTES) return
    this.#free.push(memory)
    this.#freeBytes += memory.length
  }
}

/** Powers of two up to a mebibyte, then whole mebibytes, so that lengths that differ a little fit each other. */
function roundUp(length: number): number {
  if (length > MIB) return Math.ceil(length / MIB) * MIB
  return 2 ** Math.ceil(Math.log2(Math.max(4096, length)))
}
