import fc from 'fast-check'
import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { inflateRaw, inflateRawUnknown } from '../../../src/codec/deflate.ts'
import { applyDamage, damage, orCorrupt } from './damage.ts'

const content = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.array(fc.stringMatching(/^[a-d]{1,9}$/), { maxLength: 400 }).map((words) => Buffer.from(words.join(' '))),
)

test('gives back what zlib packed, with and without a dictionary, of known and unknown length', () => {
  fc.assert(
    fc.property(content, fc.uint8Array({ maxLength: 300 }), (raw, dictionary) => {
      const packed = deflateRawSync(raw)
      expect(Buffer.compare(inflateRaw(packed, raw.length, 'f'), raw)).toBe(0)
      expect(Buffer.compare(inflateRawUnknown(packed, Math.max(raw.length, 1), 'f'), raw)).toBe(0)
      const withDictionary = dictionary.length === 0 ? packed : deflateRawSync(raw, { dictionary })
      expect(Buffer.compare(inflateRaw(withDictionary, raw.length, 'f', dictionary), raw)).toBe(0)
    }),
  )
})

test('refuses another length than expected and bytes behind the stream', () => {
  const packed = deflateRawSync(Buffer.from('hello hello hello'))
  for (const length of [0, 16, 18]) expect(orCorrupt(() => inflateRaw(packed, length, 'f'))).toBe('BLOB_CORRUPT')
  const longer = Buffer.concat([packed, Uint8Array.of(0)])
  expect(orCorrupt(() => inflateRaw(longer, 17, 'f'))).toBe('BLOB_CORRUPT')
  expect(orCorrupt(() => inflateRawUnknown(longer, 17, 'f'))).toBe('BLOB_CORRUPT')
  expect(orCorrupt(() => inflateRawUnknown(packed, 16, 'f'))).toBe('BLOB_CORRUPT')
  expect(orCorrupt(() => inflateRaw(new Uint8Array(0), 0, 'f'))).toBe('BLOB_CORRUPT')
})

test('stops at the limit when a small stream stands for very many bytes', () => {
  const bomb = deflateRawSync(Buffer.alloc(50_000_000))
  expect(orCorrupt(() => inflateRawUnknown(bomb, 1_000_000, 'f'))).toBe('BLOB_CORRUPT')
  expect(orCorrupt(() => inflateRaw(bomb, 1000, 'f'))).toBe('BLOB_CORRUPT')
})

test('gives the expected length or BLOB_CORRUPT for damaged streams', () => {
  fc.assert(
    fc.property(content, damage, (raw, change) => {
      const result = orCorrupt(() => inflateRaw(applyDamage(deflateRawSync(raw), change), raw.length, 'f'))
      if (result !== 'BLOB_CORRUPT') expect(result.length).toBe(raw.length)
    }),
    { numRuns: 500 },
  )
})
