/** Documents of an index that a sample has at most. */
export const SAMPLE_SIZE = 1000

/** How many of the sampled documents of an index a shard gives; over all its shards {@link SAMPLE_SIZE} together. */
export function sampleOfShard(shard: number, shards: number, size = SAMPLE_SIZE): number {
  return Math.floor(size / shards) + (shard < size % shards ? 1 : 0)
}

/**
 * `size` different numbers below `total`, ascending; all of them when there are no more. Each one is as likely as any other,
 * and the same seed gives the same ones every time.
 */
export function sampleOrdinals(seed: string, total: number, size: number): number[] {
  if (size >= total) return Array.from({ length: total }, (_, n) => n)
  const next = seededRandom(seed)
  // Floyd's way: one draw for each number, however many are taken already.
  const taken = new Set<number>()
  for (let last = total - size; last < total; last++) {
    const drawn = Math.floor(next() * (last + 1))
    taken.add(taken.has(drawn) ? last : drawn)
  }
  return [...taken].sort((a, b) => a - b)
}

/** Numbers in [0, 1) that depend on the seed alone: FNV-1a of the seed, then a Weyl sequence with a mixing function. */
function seededRandom(seed: string): () => number {
  let state = 0x811c9dc5
  for (const byte of Buffer.from(seed, 'utf8')) state = Math.imul(state ^ byte, 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
