/** The typed arrays that decoders allocate. */
const WATCHED = ['Uint8Array', 'Int32Array', 'Uint32Array', 'Float64Array', 'BigInt64Array'] as const

/** The largest typed array that was asked for by its length since the last reset, in bytes. */
export interface AllocationWatch {
  readonly largest: () => number
  readonly reset: () => void
  readonly stop: () => void
}

/** Watches how long typed arrays are made, also those that nobody writes to, which the operating system would not show. */
export function watchAllocations(): AllocationWatch {
  let largest = 0
  const originals = WATCHED.map((name) => [name, globalThis[name]] as const)
  for (const [name, original] of originals) {
    const construct = (target: typeof original, args: unknown[]): object => {
      const [length] = args
      if (typeof length === 'number') largest = Math.max(largest, length * original.BYTES_PER_ELEMENT)
      return Reflect.construct(target, args) as object
    }
    Object.assign(globalThis, { [name]: new Proxy(original, { construct }) })
  }
  return {
    largest: () => largest,
    reset: () => {
      largest = 0
    },
    stop: () => {
      for (const [name, original] of originals) Object.assign(globalThis, { [name]: original })
    },
  }
}
