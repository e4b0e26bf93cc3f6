import { existsSync, readFileSync } from 'node:fs'
import type { Clock } from '../../core/clock.ts'
import { Failure } from '../../core/failure.ts'
import { processExists } from '../../core/process.ts'
import { readJournal } from './journal.ts'
import { clearStopRequest, type WorkflowFolder } from './workflow-folder.ts'

const START_POLL_MS = 20
/** Loading the program on a busy machine takes seconds; a runner that is slower than this goes on unwatched. */
const START_PATIENCE_MS = 15_000

/**
 * Starts a runner and waits until it has begun, so that whatever is asked next is answered rightly. `STATE_UNWRITABLE` with its
 * last words when it ended before.
 */
export async function startRunner(
  folder: WorkflowFolder,
  parts: {
    readonly clock: Clock
    readonly signal: AbortSignal
    startRunner(folder: WorkflowFolder): Promise<number>
  },
): Promise<void> {
  const { clock, signal } = parts
  clearStopRequest(folder)
  const before = runnersOf(folder)
  const pid = await parts.startRunner(folder)
  const deadline = clock.monotonic() + START_PATIENCE_MS
  while (clock.monotonic() < deadline) {
    if (runnersOf(folder) > before) return
    if (!processExists(pid)) {
      if (runnersOf(folder) > before) return
      throw new Failure('STATE_UNWRITABLE', `it ended before it began${lastWords(folder)}`, {
        op: 'start',
        subject: `runner of workflow ${folder.name}`,
        hint: `What it printed is in ${folder.runnerLog}.`,
      })
    }
    await clock.sleep(START_POLL_MS, signal)
  }
}

function runnersOf(folder: WorkflowFolder): number {
  return readJournal(folder.journal, ['work-', 'step-']).filter((event) => event.type === 'runner-started').length
}

function lastWords(folder: WorkflowFolder): string {
  if (!existsSync(folder.runnerLog)) return ''
  const lines = readFileSync(folder.runnerLog, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
  return lines === '' ? '' : `:\n${lines}`
}
