import { expect, test } from 'vitest'
import { ReadMemory } from '../../../src/source/read-memory.ts'

const MIB = 1024 * 1024

test('memory that was given back is used again where it is long enough', () => {
  const pool = new ReadMemory()
  const [small, large] = [pool.take(10), pool.take(3 * MIB + 1)]
  expect(small).toHaveLength(4096)
  expect(large).toHaveLength(4 * MIB)
  pool.give(small)
  pool.give(large)
  expect(pool.take(2 * MIB) === large).toBe(true)
  expect(pool.take(4000) === small).toBe(true)
  expect(pool.take(4000) === small).toBe(false)
})

test('no more than 16 MiB are kept', () => {
  const pool = new ReadMemory()
  const taken = Array.from({ length: 5 }, () => pool.take(4 * MIB))
  for (const memory of taken) pool.give(memory)
  const again = Array.from({ length: 5 }, () => pool.take(4 * MIB))
  expect(again.filter((memory) => taken.includes(memory))).toHaveLength(4)
  const large = pool.take(64 * MIB)
  pool.give(large)
  expect(pool.take(64 * MIB) === large).toBe(false)
})
