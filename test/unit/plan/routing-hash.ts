/** The hash of a routing value since Elasticsearch 2.0: Murmur3 (x86, 32 bits, seed 0) over its UTF-16 units, little endian. */
export function routingHash(routing: string): number {
  const bytes = Buffer.from(routing, 'utf16le')
  let hash = 0
  const mix = (block: number): number => {
    const scaled = Math.imul(block, 0xcc9e2d51)
    return Math.imul((scaled << 15) | (scaled >>> 17), 0x1b873593)
  }
  const whole = bytes.length & ~3
  for (let at = 0; at < whole; at += 4) {
    hash ^= mix(bytes.readInt32LE(at))
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  // UTF-16 leaves two bytes or none.
  if (whole < bytes.length) hash ^= mix(bytes.readUInt16LE(whole))
  hash ^= bytes.length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
