import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { nativeZstd, wasmZstd, type ZstdEngine } from '../../../src/codec/zstd-engine.ts'
import { loadZstd, zstdDecode, zstdDecodeUnknown } from '../../../src/codec/zstd.ts'
import { applyDamage, damage, orCorrupt } from './damage.ts'
import { frames } from './zstd-frames.ts'

const lines = (from: number, to: number, wrap = Infinity): Buffer => {
  let text = ''
  for (let line = from; line < to; line++) {
    const id = line % wrap
    text += `{"id":${id},"name":"user ${(id * 7919) % 1000}","message":"the quick brown fox ${(id * 31) % 97}"}\n`
  }
  return Buffer.from(text)
}
const content = lines(0, 40)
const dictionary = lines(40, 48)
const large = lines(0, 6000, 50)
const frame = (name: keyof typeof frames): Uint8Array => Buffer.from(frames[name], 'base64')

/** A frame of uncompressed blocks with an 8-byte content size, made without any encoder. */
function rawFrame(raw: Uint8Array, blockLength: number): Uint8Array {
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(raw.length))
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0), size]
  for (let at = 0; at === 0 || at < raw.length; at += blockLength) {
    const block = raw.subarray(at, at + blockLength)
    const header = (block.length << 3) | (at + blockLength >= raw.length ? 1 : 0)
    parts.push(Uint8Array.of(header & 255, (header >> 8) & 255, header >> 16), block)
  }
  return Buffer.concat(parts)
}

describe.each(['wasm', 'native'] as const)('with the %s decoder', (name) => {
  let engine: ZstdEngine | null = null
  beforeAll(async () => {
    engine = name === 'wasm' ? await wasmZstd() : nativeZstd()
  })

  /** The native decoder exists from Node 22.15 on; before, its half of these tests is skipped. */
  const run = test.skipIf(name === 'native' && nativeZstd() === null)

  run('decodes frames with a recorded length, with and without checksum, of one block and of several', () => {
    for (const key of ['sized', 'checked'] as const) {
      expect(Buffer.from(zstdDecode(frame(key), content.length, key, undefined, engine!))).toEqual(content)
      expect(Buffer.from(zstdDecodeUnknown(frame(key), 100_000, key, engine!))).toEqual(content)
    }
    expect(Buffer.compare(zstdDecode(frame('severalBlocks'), large.length, 'f', undefined, engine!), large)).toBe(0)
  })

  run('decodes frames that depend on a raw-content dictionary', () => {
    for (const key of ['withDictionary', 'checkedWithDictionary'] as const) {
      expect(Buffer.from(zstdDecode(frame(key), content.length, key, dictionary, engine!))).toEqual(content)
      expect(frame(key).length).toBeLessThan(frame('sized').length)
    }
  })

  run('decodes streamed frames, whose length is not recorded, up to a limit', () => {
    expect(Buffer.from(zstdDecodeUnknown(frame('streamed'), 100_000, 'f', engine!))).toEqual(content)
    expect(Buffer.from(zstdDecodeUnknown(frame('streamed'), content.length, 'f', engine!))).toEqual(content)
    expect(Buffer.compare(zstdDecodeUnknown(frame('severalBlocksStreamed'), 1e6, 'f', engine!), large)).toBe(0)
    for (const key of ['streamed', 'sized'] as const) {
      expect(orCorrupt(() => zstdDecodeUnknown(frame(key), content.length - 1, 'f', engine!))).toBe('BLOB_CORRUPT')
    }
  })

  run('decodes frames of uncompressed blocks, after dictionaries of any length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.integer({ min: 1, max: 700 }),
        fc.nat(300_000),
        (raw, block, n) => {
          const history = new Uint8Array(n).fill(7)
          expect(Buffer.compare(zstdDecode(rawFrame(raw, block), raw.length, 'f', history, engine!), raw)).toBe(0)
        },
      ),
      { numRuns: 50 },
    )
  })

  run('refuses another length than expected, bytes behind the frame, and a second frame', () => {
    const whole = frame('sized')
    const attempt = (bytes: Uint8Array, length: number): unknown =>
      orCorrupt(() => zstdDecode(bytes, length, 'f', undefined, engine!))
    expect(attempt(whole, content.length - 1)).toBe('BLOB_CORRUPT')
    expect(attempt(whole, content.length + 1)).toBe('BLOB_CORRUPT')
    expect(attempt(Buffer.concat([whole, Uint8Array.of(0)]), content.length)).toBe('BLOB_CORRUPT')
    expect(attempt(Buffer.concat([whole, whole]), content.length * 2)).toBe('BLOB_CORRUPT')
    expect(attempt(new Uint8Array(0), 0)).toBe('BLOB_CORRUPT')
  })

  run('allocates nothing for a frame that claims more than its blocks can hold', () => {
    const claim = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0, 0x01, 0, 0)
    expect(orCorrupt(() => zstdDecode(claim, 2 ** 32, 'f', undefined, engine!))).toBe('BLOB_CORRUPT')
    expect(orCorrupt(() => zstdDecodeUnknown(claim, 2 ** 40, 'f', engine!))).toBe('BLOB_CORRUPT')
  })

  run('gives the right length or BLOB_CORRUPT for damaged frames, and still works afterwards', () => {
    const keys = fc.constantFrom('sized', 'withDictionary', 'streamed', 'severalBlocks')
    fc.assert(
      fc.property(keys, damage, (key, change) => {
        const bytes = applyDamage(frame(key), change)
        const length = key === 'severalBlocks' ? large.length : content.length
        const history = key === 'withDictionary' ? dictionary : undefined
        const result = orCorrupt(() => zstdDecode(bytes, length, 'f', history, engine!))
        if (result !== 'BLOB_CORRUPT') expect(result.length).toBe(length)
        orCorrupt(() => zstdDecodeUnknown(bytes, 1e6, 'f', engine!))
      }),
      { numRuns: 400 },
    )
    expect(Buffer.from(zstdDecode(frame('checked'), content.length, 'f', undefined, engine!))).toEqual(content)
  })

  run('returns bytes that later calls leave alone', () => {
    const first = zstdDecode(frame('withDictionary'), content.length, 'f', dictionary, engine!)
    zstdDecode(frame('severalBlocks'), large.length, 'f', undefined, engine!)
    expect(Buffer.from(first)).toEqual(content)
  })
})

test('the decoder is chosen and loaded once, then used without naming it', async () => {
  await loadZstd()
  await loadZstd()
  expect(Buffer.from(zstdDecode(frame('sized'), content.length, 'f'))).toEqual(content)
  expect(Buffer.from(zstdDecodeUnknown(frame('streamed'), 100_000, 'f'))).toEqual(content)
})
