/** How far {@link readAhead} goes ahead. */
export interface ReadAheadLimits<Item> {
  /** Reads under way or waiting to be used, together, beside the one that is being used. */
  readonly ahead: number
  /** Bytes of all of these together; a single item may pass it. */
  readonly maxBytes: number
  readonly bytesOf: (item: Item) => number
}

/**
 * Yields the results of `read` in order while later reads are already under way. The first failure is thrown in its turn;
 * when the caller leaves early, what is under way is waited for and dropped.
 */
export async function* readAhead<Item, Result>(
  items: readonly Item[],
  limits: ReadAheadLimits<Item>,
  read: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: { readonly task: Promise<Result>; readonly bytes: number }[] = []
  let bytesUnderWay = 0
  let next = 0
  const fits = (item: Item): boolean =>
    underWay.length === 0 ||
    (underWay.length <= limits.ahead && bytesUnderWay + limits.bytesOf(item) <= limits.maxBytes)
  try {
    while (next < items.length || underWay.length > 0) {
      while (next < items.length && fits(items[next]!)) {
        const item = items[next++]!
        const task = read(item)
        task.catch(() => undefined) // Reported when its turn comes, never as an unhandled rejection.
        underWay.push({ task, bytes: limits.bytesOf(item) })
        bytesUnderWay += limits.bytesOf(item)
      }
      const { task, bytes } = underWay.shift()!
      const result = await task
      bytesUnderWay -= bytes
      yield result
    }
  } finally {
    await Promise.allSettled(underWay.map(({ task }) => task))
  }
}
