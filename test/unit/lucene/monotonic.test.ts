import { describe, expect, test } from 'vitest'
import { ByteCursor } from '../../../src/core/byte-cursor.ts'
import { expandMonotonic, monotonicValue, readMonotonicMeta } from '../../../src/lucene/monotonic.ts'
import { LuceneBytes } from './lucene-bytes.ts'

const options = { limit: Number.MAX_SAFE_INTEGER, strict: true, subject: 'test' }

describe('a monotonic array', () => {
  test('predicts in float32, as its writer does', () => {
    const bytes = new LuceneBytes().int64(1000).float32(123.456).int64(0).u8(0).bytes()
    const meta = readMonotonicMeta(new ByteCursor(bytes, 'test'), 1 << 20, 20)
    const index = 1_000_003
    const float32 = 1000 + Math.trunc(Math.fround(Math.fround(123.456) * Math.fround(index)))
    const float64 = 1000 + Math.trunc(123.456 * index)
    expect(monotonicValue(meta, new Uint8Array(0), index)).toBe(float32)
    expect(float32).not.toBe(float64)
  })

  test('adds the packed correction of each value, block by block', () => {
    const bytes = new LuceneBytes().int64(10).float32(2).int64(0).u8(8).int64(-5).float32(100.5).int64(4).u8(0).bytes()
    const meta = readMonotonicMeta(new ByteCursor(bytes, 'test'), 6, 2)
    const values = new Float64Array(6)
    expandMonotonic({ ...meta, min: Float64Array.of(10, 30) }, Uint8Array.of(0, 1, 2, 3), values, options)
    expect([...values]).toEqual([10, 13, 16, 19, 30, 130])
    expect(monotonicValue(meta, Uint8Array.of(0, 1, 2, 3), 4)).toBe(-5)
  })

  test('that decreases, passes its limit or has no data for its corrections is corrupt', () => {
    const build = (average: number, bits: number): LuceneBytes =>
      new LuceneBytes().int64(5).float32(average).int64(0).u8(bits)
    const read = (bytes: LuceneBytes, limit: number): void => {
      const meta = readMonotonicMeta(new ByteCursor(bytes.bytes(), 'test'), 4, 2)
      expandMonotonic(meta, new Uint8Array(0), new Float64Array(4), { ...options, limit })
    }
    const corrupt = expect.objectContaining({ code: 'BLOB_CORRUPT' }) as Error
    expect(() => read(build(-1, 0), 100)).toThrow(corrupt)
    expect(() => read(build(0, 0), 100)).toThrow(corrupt)
    expect(() => read(build(Number.NaN, 0), 100)).toThrow(corrupt)
    expect(() => read(build(10, 0), 20)).toThrow(corrupt)
    expect(() => read(build(1, 8), 100)).toThrow(corrupt)
    expect(() => read(build(1, 7), 100)).toThrow(corrupt)
    expect(() => read(build(1, 0), 100)).not.toThrow()
  })
})
