import { readFileSync } from 'node:fs'
import { processExists } from '../../core/process.ts'

/**
 * What tells a process from a later one with the same id: its start time in clock ticks since boot where the system shows it
 * (Linux), else just `running`. Undefined when there is no such process.
 */
export function processStart(pid: number): string | undefined {
  if (pid <= 0 || !processExists(pid)) return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The command name is in parentheses and may itself hold spaces; field 22 of the file is the 20th after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie no longer works on anything.
    return fields[0] === 'Z' ? undefined : (fields[19] ?? 'running')
  } catch {
    return 'running'
  }
}
