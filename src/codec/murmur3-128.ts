const C1 = 0x87c37b91114253d5n
const C2 = 0x4cf5ad432745937fn
const BLOCK_BYTES = 16

/**
 * First half of the 128-bit MurmurHash3 for 64-bit machines, seed 0, as an unsigned number.
 *
 * Source: MurmurHash3 `MurmurHash3_x64_128`.
 */
export function murmur3High64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const blocks = Math.floor(bytes.length / BLOCK_BYTES)
  let h1 = 0n
  let h2 = 0n
  for (let block = 0; block < blocks; block++) {
    const at = block * BLOCK_BYTES
    h1 ^= mixFirst(view.getBigUint64(at, true))
    h1 = u64(u64(rotate(h1, 27n) + h2) * 5n + 0x52dce729n)
    h2 ^= mixSecond(view.getBigUint64(at + 8, true))
    h2 = u64(u64(rotate(h2, 31n) + h1) * 5n + 0x38495ab5n)
  }
  const tail = bytes.subarray(blocks * BLOCK_BYTES)
  h2 ^= mixSecond(littleEndian(tail.subarray(8)))
  h1 ^= mixFirst(littleEndian(tail.subarray(0, 8)))
  h1 ^= BigInt(bytes.length)
  h2 ^= BigInt(bytes.length)
  h1 = u64(h1 + h2)
  h2 = u64(h2 + h1)
  return u64(finalMix(h1) + finalMix(h2))
}

function mixFirst(value: bigint): bigint {
  return u64(rotate(u64(value * C1), 31n) * C2)
}

function mixSecond(value: bigint): bigint {
  return u64(rotate(u64(value * C2), 33n) * C1)
}

function finalMix(value: bigint): bigint {
  const once = u64((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn)
  const twice = u64((once ^ (once >> 33n)) * 0xc4ceb9fe1a85ec53n)
  return twice ^ (twice >> 33n)
}

function rotate(value: bigint, bits: bigint): bigint {
  return u64(value << bits) | (value >> (64n - bits))
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
}
