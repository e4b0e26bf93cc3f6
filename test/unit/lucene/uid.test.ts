import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeUid, encodeUid, isPlainUid, plainUidBound, splitUid, writeUid } from '../../../src/lucene/uid.ts'

const decode = (...bytes: number[]): string => decodeUid(Uint8Array.from(bytes), 0, bytes.length)
const corrupt = expect.objectContaining({ code: 'BLOB_CORRUPT' }) as Error

describe('a binary _id', () => {
  test('holds digits in nibbles, text behind FF, and base64 as its bytes', () => {
    expect(decode(0xfe, 0x12, 0x34)).toBe('1234')
    expect(decode(0xfe, 0x00, 0x7f)).toBe('007')
    expect(decode(0xff, 0x62, 0x30)).toBe('b0')
    expect(decode(0x00, 0x10, 0x83)).toBe('ABCD')
    expect(decode(0xfd, 0xff, 0xff, 0xff)).toBe('____')
  })

  test('is decoded in the middle of a buffer', () => {
    expect(decodeUid(Uint8Array.of(1, 2, 0xff, 0x61, 3), 2, 4)).toBe('a')
  })

  test('comes back from every id', () => {
    const ids = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.stringMatching(/^[0-9]{1,40}$/),
      fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
    )
    fc.assert(
      fc.property(ids, (id) => {
        const bytes = encodeUid(id)
        expect(decodeUid(bytes, 0, bytes.length)).toBe(Buffer.from(id).toString())
      }),
    )
  })

  test('of base64 is written within its bound as it is decoded, and no other is called plain', () => {
    const base64 = fc.uint8Array({ minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(base64, fc.integer({ min: 0, max: 3 }), (bytes, start) => {
        fc.pre(start < bytes.length)
        const plain = bytes[start] !== 0xfe && bytes[start] !== 0xff
        expect(isPlainUid(bytes, start, bytes.length)).toBe(plain)
        if (!plain) return
        const target = Buffer.alloc(100)
        const end = writeUid(bytes, start, bytes.length, target, 7)
        expect(target.toString('latin1', 7, end)).toBe(decodeUid(bytes, start, bytes.length))
        expect(end - 7).toBeLessThanOrEqual(plainUidBound(bytes.length - start))
        expect([...target.subarray(end)].every((byte) => byte === 0)).toBe(true)
      }),
    )
  })

  test('of the kinds that Elasticsearch tells apart is encoded as it encodes them', () => {
    expect([...encodeUid('123')]).toEqual([0xfe, 0x12, 0x3f])
    expect([...encodeUid('b0')]).toEqual([0xff, 0x62, 0x30])
    expect([...encodeUid('ABCD')]).toEqual([0x00, 0x10, 0x83])
    expect([...encodeUid('____')]).toEqual([0xfd, 0xff, 0xff, 0xff])
    expect(encodeUid('AVsG8Q1KfZ0eVh2yq3ab')).toHaveLength(15)
  })

  test('that is empty, has other nibbles than digits or is no UTF-8 is corrupt', () => {
    expect(() => decode()).toThrow(corrupt)
    expect(() => decode(0xfe)).toThrow(corrupt)
    expect(() => decode(0xfe, 0x1a)).toThrow(corrupt)
    expect(() => decode(0xfe, 0xf1)).toThrow(corrupt)
    expect(() => decode(0xfe, 0xff)).toThrow(corrupt)
    expect(() => decode(0xff, 0xc0)).toThrow(corrupt)
  })
})

describe('a _uid', () => {
  test('is split at its first #', () => {
    expect(splitUid('doc#a#b')).toEqual({ type: 'doc', id: 'a#b' })
    expect(() => splitUid('doc')).toThrow(corrupt)
  })
})
