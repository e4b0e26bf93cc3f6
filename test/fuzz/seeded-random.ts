/** Choices that are the same in every run of one seed. */
export interface SeededRandom {
  /** A whole number in `[0, limit)`. */
  below(limit: number): number
  /** One of the items, which must not be empty. */
  pick<T>(items: readonly T[]): T
}

/** Pseudo-random choices of a seed (the mixer of SplitMix32, so that neighbouring seeds have nothing in common). */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  const below = (limit: number): number => Math.floor((next() / 2 ** 32) * limit)
  return { below, pick: (items) => items[below(items.length)]! }
}
