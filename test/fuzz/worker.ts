import { setImmediate as nextTurn } from 'node:timers/promises'
import { watchAllocations } from './allocations.ts'
import { Fuzzer, MAX_ALLOCATION_BYTES } from './fuzz-case.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** The process that runs the cases, one message a case, so that its parent can end it when one does not return. */
const allocations = watchAllocations()
const fuzzer = new Fuzzer()

process.on('message', ({ firstSeed, cases }: ToWorker) => {
  void runCases(firstSeed, cases)
})
// The parent has seen enough; what is being sent may still fail.
process.on('disconnect', () => process.exit(0))
const send = (message: FromWorker): void => {
  process.send!(message, undefined, undefined, () => undefined)
}

async function runCases(firstSeed: number, cases: number): Promise<void> {
  for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
    send({ begun: seed })
    // Everything is in memory, so without a turn of its own the parent's word would never be heard.
    await nextTurn()
    allocations.reset()
    const result = await fuzzer.run(seed)
    const largest = allocations.largest()
    const tooLarge = largest > MAX_ALLOCATION_BYTES ? `an array of ${largest} bytes was allocated` : undefined
    const { rss } = process.memoryUsage()
    send({ result: { ...result, fault: result.fault ?? tooLarge }, largest, rss })
  }
  send({ finished: true })
}
