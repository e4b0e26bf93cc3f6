import { describe, expect, test } from 'vitest'
import { readDocSet, type DocSetMeta } from '../../../src/lucene/doc-values/doc-set.ts'
import { LuceneBytes } from './lucene-bytes.ts'

type Order = 'big' | 'little'
const corrupt = expect.objectContaining({ code: 'BLOB_CORRUPT' }) as Error

function u16(bytes: LuceneBytes, value: number, order: Order): LuceneBytes {
  return order === 'big' ? bytes.u8(value >> 8, value) : bytes.u8(value, value >> 8)
}

function sentinel(bytes: LuceneBytes, order: Order): LuceneBytes {
  return u16(u16(u16(bytes, 0x7fff, order), 0, order), 0xffff, order)
}

function listed(length: number, denseRankPower = 255): DocSetMeta {
  return { kind: 'listed', region: { offset: 0, length }, jumpTableEntries: 0, denseRankPower }
}

function docsOf(bits: Uint8Array): number[] {
  const docs = []
  for (let doc = 0; doc < bits.length * 8; doc++) if (((bits[doc >> 3]! >> (doc & 7)) & 1) === 1) docs.push(doc)
  return docs
}

for (const order of ['big', 'little'] as const) {
  describe(`a set of documents, ${order} endian`, () => {
    test('lists few documents of a block one by one', () => {
      const bytes = u16(u16(new LuceneBytes(), 1, order), 2, order)
      for (const doc of [0, 5, 4000]) u16(bytes, doc, order)
      const region = sentinel(bytes, order).bytes()
      const { count, bits } = readDocSet(listed(region.length), region, 70_000, order, 'test')
      expect(count).toBe(3)
      expect(docsOf(bits)).toEqual([65_536, 65_541, 69_536])
    })

    test('keeps many documents of a block as bits, behind a table of ranks when there is one', () => {
      for (const rank of [255, 9]) {
        const bytes = u16(u16(new LuceneBytes(), 0, order), 4999, order)
        if (rank === 9) bytes.u8(...new Uint8Array(256))
        for (let word = 0; word < 1024; word++) {
          const inWord = Math.max(0, Math.min(64, 5000 - word * 64))
          bytes.int64(BigInt.asIntN(64, (1n << BigInt(inWord)) - 1n), order)
        }
        const region = sentinel(bytes, order).bytes()
        const { count, bits } = readDocSet(listed(region.length, rank), region, 65_536, order, 'test')
        expect(count).toBe(5000)
        expect(docsOf(bits)).toEqual(Array.from({ length: 5000 }, (_, doc) => doc))
      }
    })

    test('names a block in which every document has a value', () => {
      const region = sentinel(u16(u16(new LuceneBytes(), 0, order), 0xffff, order), order).bytes()
      const { count, bits } = readDocSet(listed(region.length), region, 65_537, order, 'test')
      expect(count).toBe(65_536)
      expect(bits.subarray(0, 8192).every((byte) => byte === 0xff)).toBe(true)
      expect(bits[8192]).toBe(0)
    })

    test('is corrupt when documents are out of order or behind the last, or when it ends elsewhere', () => {
      const one = (block: number, ...docs: number[]): LuceneBytes => {
        const bytes = u16(u16(new LuceneBytes(), block, order), docs.length - 1, order)
        for (const doc of docs) u16(bytes, doc, order)
        return bytes
      }
      const read = (bytes: LuceneBytes) => () => readDocSet(listed(0), bytes.bytes(), 100, order, 'test')
      expect(read(sentinel(one(0, 5, 5), order))).toThrow(corrupt)
      expect(read(sentinel(one(0, 100), order))).toThrow(corrupt)
      expect(read(sentinel(one(1, 0), order))).toThrow(corrupt)
      expect(read(sentinel(one(0, 5), order).u8(0))).toThrow(corrupt)
      expect(read(one(0, 5))).toThrow(corrupt)
      expect(read(sentinel(one(0, 5), order))).not.toThrow()
    })
  })
}
