import { throwIfAborted } from './clock.ts'

/**
 * Runs `work` on every item, at most `limit` at a time, and resolves to the results in the order of the items. The first
 * failure stops new starts, waits for what is in flight, and is thrown; so does the signal.
 */
export async function mapBounded<A, B>(
  items: readonly A[],
  limit: number,
  work: (item: A, index: number) => Promise<B>,
  signal: AbortSignal,
): Promise<B[]> {
  const results = new Array<B>(items.length)
  const failures: unknown[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (failures.length === 0 && next < items.length) {
      const index = next++
      try {
        throwIfAborted(signal)
        results[index] = await work(items[index]!, index)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(Math.max(1, limit), items.length) }, worker))
  if (failures.length > 0) throw failures[0]
  return results
}
