import { afterAll, expect, test } from 'vitest'
import { watchAllocations } from '../../fuzz/allocations.ts'
import { Fuzzer, MAX_ALLOCATION_BYTES } from '../../fuzz/fuzz-case.ts'

/** A short run with fixed seeds of what `npm run fuzz` does at length: some cases of every so many snapshots. */
const CASES_A_SNAPSHOT = 40
const SNAPSHOTS = 24

const allocations = watchAllocations()
afterAll(() => allocations.stop())

test('damage of any file of a repository is told in an orderly way, in bounded memory, and never gives wrong documents', async () => {
  const fuzzer = new Fuzzer()
  const kinds = new Set<string>()
  const outcomes = new Map<string, number>()
  const step = Math.max(1, Math.floor(fuzzer.subjects / SNAPSHOTS))
  for (let block = 0; block < fuzzer.subjects; block += step) {
    for (let seed = block * 128; seed < block * 128 + CASES_A_SNAPSHOT; seed++) {
      const { kind, what, outcome, fault } = await fuzzer.run(seed)
      expect(fault, `seed ${seed}: ${kind}: ${what}`).toBeUndefined()
      kinds.add(kind)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    }
  }
  expect(allocations.largest()).toBeLessThan(MAX_ALLOCATION_BYTES)
  expect([...kinds]).toEqual(
    expect.arrayContaining(['segments_N', '.si', '.cfe', '.cfs', '.fdt', '.liv', '.fnm', 'root index-N', 'shard snap']),
  )
  expect(outcomes.get('BLOB_CORRUPT')).toBeGreaterThan(300)
  expect(outcomes.get('forged')).toBeGreaterThan(0)
})

test('a seed always makes the same case', async () => {
  const seed = 5 * 128 + 7
  const first = await new Fuzzer().run(seed)
  expect(await new Fuzzer().run(seed)).toEqual(first)
})
