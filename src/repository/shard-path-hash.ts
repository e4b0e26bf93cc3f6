const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const OFFSET_BASIS = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n

/** How OpenSearch 2.17 and later spells the hash in the path of a shard; the numbers are those of the path records. */
export const SHARD_PATH_HASHES: ReadonlyMap<number, (hash: bigint) => string> = new Map([
  [0, base64Hash],
  [1, compositeHash],
])

/**
 * The folder name that spreads a shard over an object store's partitions: FNV-1a of the shard number followed by the id
 * of its index, spelled by one of {@link SHARD_PATH_HASHES}; undefined for an algorithm this release does not know.
 * Source: `RemoteStoreEnums.PathHashAlgorithm` of OpenSearch.
 */
export function shardPathHash(indexId: string, shard: number, algorithm: number): string | undefined {
  return SHARD_PATH_HASHES.get(algorithm)?.(fnv1a64(`${shard}${indexId}`))
}

/** FNV-1a over the UTF-8 bytes of a text, 64 bits. */
export function fnv1a64(text: string): bigint {
  let hash = OFFSET_BASIS
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME)
  return hash
}

/** FNV_1A_BASE64: the eight bytes, big-endian, as URL-safe base64 without padding. */
function base64Hash(hash: bigint): string {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, hash)
  return Buffer.from(bytes).toString('base64url')
}

/** FNV_1A_COMPOSITE_1: the first 6 bits as one character, the next 14 bits as binary digits. */
function compositeHash(hash: bigint): string {
  const bits = hash.toString(2).padStart(64, '0')
  return `${ALPHABET[Number.parseInt(bits.slice(0, 6), 2)]!}${bits.slice(6, 20)}`
}
