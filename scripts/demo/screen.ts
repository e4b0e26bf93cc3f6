const TERMINAL_TICK_MS = 1000
const LOG_TICK_MS = 15_000

/** Writes a line. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`)
}

/** Writes the heading of a stage of the demo. */
export function stage(number: number, of: number, title: string): void {
  const text = `[${number}/${of}] ${title}`
  const bold = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
  say(bold ? `\n\u001b[1m${text}\u001b[0m` : `\n${text}`)
}

/**
 * Waits for `work` and says every second on a terminal, every 15 seconds in a log, that it goes on. The line that it writes at
 * the end comes from `done` and is followed by the seconds it took. Throws what `work` throws, or the reason of `signal`.
 */
export async function watched<T>(
  what: string,
  work: Promise<T>,
  done: (result: T) => string,
  signal: AbortSignal,
): Promise<T> {
  const startedAt = Date.now()
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1000)
  const terminal = process.stdout.isTTY
  const timer = setInterval(
    () => {
      if (terminal) process.stdout.write(`\r\u001b[K      ${what} … ${seconds()} s`)
      else say(`      ${what} … ${seconds()} s`)
    },
    terminal ? TERMINAL_TICK_MS : LOG_TICK_MS,
  )
  try {
    const result = await orAborted(work, signal)
    if (terminal) process.stdout.write('\r\u001b[K')
    say(`      ${done(result)} (${seconds()} s)`)
    return result
  } finally {
    clearInterval(timer)
  }
}

/** The result of `work`, unless `signal` fires first: then it throws the reason of the signal. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
