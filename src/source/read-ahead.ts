/**
 * Yields the results of `read` in order while up to `ahead` later reads are already under way. The first failure is thrown in
 * its turn; when the caller leaves early, what is under way is waited for and dropped.
 */
export async function* readAhead<Item, Result>(
  items: readonly Item[],
  ahead: number,
  read: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = []
  let next = 0
  try {
    while (next < items.length || underWay.length > 0) {
      while (next < items.length && underWay.length <= ahead) {
        const task = read(items[next++]!)
        task.catch(() => undefined) // Reported when its turn comes, never as an unhandled rejection.
        underWay.push(task)
      }
      yield await underWay.shift()!
    }
  } finally {
    await Promise.allSettled(underWay)
  }
}
