import { describe, expect, test } from 'vitest'
import { parseDel } from '../../../src/lucene/hard-deletes.ts'
import { LuceneBytes } from './lucene-bytes.ts'

const corrupt = expect.objectContaining({ code: 'BLOB_CORRUPT' }) as Error

describe('a .del file of Lucene 4', () => {
  test('lists live documents densely', () => {
    const file = new LuceneBytes().int32(-2).header('BitVector', 2).int32(12).int32(9).u8(0b10111111, 0b0011).footer()
    expect([...parseDel(file.bytes(), '_0_1.del', 12)]).toEqual([0b10111111, 0b0011])
  })

  test('lists only the bytes with deleted documents when few are', () => {
    // 20 documents, 17 live: 3 and 19 in the bytes listed, and the unused bits of the last byte are ignored.
    const file = new LuceneBytes().int32(-2).header('BitVector', 2).int32(-1).int32(20).int32(17)
    file.vInt(0).u8(0b11110011).vInt(2).u8(0b11110111).footer()
    expect([...parseDel(file.bytes(), '_0_1.del', 20)]).toEqual([0b11110011, 0xff, 0b0111])
  })

  test('lists deleted documents in its first version, without a checksum', () => {
    const dense = new LuceneBytes().int32(-2).header('BitVector', 0).int32(12).int32(2).u8(0b01000001, 0)
    expect([...parseDel(dense.bytes(), '_0_1.del', 12)]).toEqual([0b10111110, 0b1111])
    const sparse = new LuceneBytes().int32(-2).header('BitVector', 0).int32(-1).int32(20).int32(2)
    sparse.vInt(1).u8(0b00000011)
    expect([...parseDel(sparse.bytes(), '_0_1.del', 20)]).toEqual([0xff, 0b11111100, 0b1111])
  })

  test('is corrupt when its count, its size or its places do not fit', () => {
    const head = (): LuceneBytes => new LuceneBytes().int32(-2).header('BitVector', 1)
    const parse = (bytes: LuceneBytes) => () => parseDel(bytes.bytes(), '_0_1.del', 12)
    expect(parse(head().int32(12).int32(8).u8(0b10111111, 0b0011))).toThrow(corrupt)
    expect(parse(head().int32(13).int32(9).u8(0b10111111, 0b0011))).toThrow(corrupt)
    expect(parse(head().int32(-1).int32(12).int32(11).vInt(2).u8(0))).toThrow(corrupt)
    expect(parse(head().int32(-1).int32(12).int32(11).vInt(0).u8(0xff).vInt(0).u8(0xff))).toThrow(corrupt)
    expect(parse(head().int32(12).int32(9).u8(0b10111111, 0b0011, 0))).toThrow(corrupt)
    expect(parse(head().int32(12).int32(9).u8(0b10111111))).toThrow(corrupt)
  })
})
