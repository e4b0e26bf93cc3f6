import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { FromWorker, ToWorker } from './messages.ts'

const USAGE = `npm run fuzz -- [options]

Damages copies of the fixtures in memory, reads them, and stops at the first case that gives wrong documents without a
failure, a failure that is none of the foreseen ones, no answer, or too much memory.

  --seed N      the first case; a random one if left out
  --seconds S   how long; 60 if left out
  --cases N     how many cases at most; --seed N --cases 1 repeats one
  --keep-going  do not stop at the first fault
`
/** Longest time of a case, the loading of its snapshot included. */
const CASE_TIMEOUT_MS = 60_000
/** Memory that the process may take. */
const MAX_RSS_BYTES = 700 * 1024 * 1024

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    cases: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** Runs cases in a process of their own until the time is over; resolves to the number of faults. */
async function fuzz(firstSeed: number, cases: number, seconds: number, keepGoing: boolean): Promise<number> {
  const worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] })
  const outcomes = new Map<string, number>()
  const endAt = Date.now() + seconds * 1000
  let faults = 0
  let done = 0
  let current = firstSeed
  let peak = { largest: 0, rss: 0 }
  let watchdog: NodeJS.Timeout | undefined
  const complain = (seed: number, text: string): void => {
    faults++
    console.error(`FAULT ${text}\n  repeat with: npm run fuzz -- --seed ${seed} --cases 1\n`)
  }

  await new Promise<void>((resolve) => {
    const stop = (): void => {
      if (worker.connected) worker.disconnect()
    }
    const arm = (): void => {
      clearTimeout(watchdog)
      watchdog = setTimeout(() => {
        complain(current, `no answer after ${CASE_TIMEOUT_MS / 1000} s`)
        worker.kill('SIGKILL')
      }, CASE_TIMEOUT_MS)
    }
    worker.once('exit', (code, signal) => {
      clearTimeout(watchdog)
      if (code !== 0 && faults === 0) complain(current, `the process ended with ${signal ?? code}`)
      resolve()
    })
    worker.on('message', (message: FromWorker) => {
      if ('begun' in message) {
        current = message.begun
        arm()
        return
      }
      if ('finished' in message) {
        stop()
        return
      }
      const { result, largest, rss } = message
      done++
      peak = { largest: Math.max(peak.largest, largest), rss: Math.max(peak.rss, rss) }
      const key = `${result.kind.padEnd(16)} ${result.outcome}`
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
      if (result.fault !== undefined) complain(result.seed, `${result.kind}: ${result.what}\n  ${result.fault}`)
      if (rss > MAX_RSS_BYTES) complain(result.seed, `the process takes ${rss} bytes of memory`)
      if (Date.now() > endAt || (faults > 0 && !keepGoing)) stop()
    })
    arm()
    worker.send({ firstSeed, cases } satisfies ToWorker)
  })

  for (const [key, count] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1))) console.log(`${key}: ${count}`)
  const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(0)} MiB`
  console.log(`seeds ${firstSeed} to ${firstSeed + done - 1}: ${done} cases, ${faults} faults`)
  console.log(`largest array ${mib(peak.largest)}, most memory ${mib(peak.rss)}`)
  return faults
}

if (values.help) {
  console.log(USAGE)
} else {
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 30))
  const cases = Number(values.cases ?? 2 ** 40)
  console.log(`first seed ${seed}`)
  process.exitCode = (await fuzz(seed, cases, Number(values.seconds), values['keep-going'])) === 0 ? 0 : 1
}
