import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleOfShard, sampleOrdinals } from '../../../src/verify/sample.ts'

test('a sample has as many different numbers as wanted, ascending and within bounds', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(5000), fc.nat(200), (seed, total, size) => {
      const sample = sampleOrdinals(seed, total, size)
      expect(sample).toHaveLength(Math.min(total, size))
      expect(sample.every((value, n) => value >= 0 && value < total && (n === 0 || value > sample[n - 1]!))).toBe(true)
    }),
  )
})

test('the same seed gives the same sample, another seed another', () => {
  expect(sampleOrdinals('orders/0', 1_000_000, 100)).toEqual(sampleOrdinals('orders/0', 1_000_000, 100))
  expect(sampleOrdinals('orders/0', 1_000_000, 100)).not.toEqual(sampleOrdinals('orders/1', 1_000_000, 100))
})

test('a sample reaches every part of an index', () => {
  const tenths = Array.from({ length: 10 }, () => 0)
  for (const ordinal of sampleOrdinals('logs/3', 1_000_000, 1000)) tenths[Math.floor(ordinal / 100_000)]!++
  expect(Math.min(...tenths)).toBeGreaterThan(60)
  expect(Math.max(...tenths)).toBeLessThan(140)
})

test('the shards of an index share its sample', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), (shards) => {
      const sizes = Array.from({ length: shards }, (_, shard) => sampleOfShard(shard, shards))
      expect(sizes.reduce((a, b) => a + b)).toBe(1000)
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }),
  )
})
