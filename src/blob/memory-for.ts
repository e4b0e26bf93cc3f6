/** Room for `length` bytes: the beginning of `memory` where that is long enough, else memory of its own. */
export function memoryFor(length: number, memory: Uint8Array | undefined): Uint8Array {
  return memory !== undefined && memory.length >= length ? memory.subarray(0, length) : new Uint8Array(length)
}
