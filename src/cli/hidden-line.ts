import { Failure } from '../core/failure.ts'

const ENTER = /[\r\n]/
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const CTRL_U = '\u0015'
const BACKSPACES = ['\u007f', '\b']

/**
 * The line that is typed into a terminal in raw mode, which shows nothing of it. Backspace takes the last character back, Ctrl-U all
 * of them; Enter or Ctrl-D ends the line. `ABORTED` for Ctrl-C.
 */
export async function readHiddenLine(typed: AsyncIterable<string>): Promise<string> {
  let line: string[] = []
  for await (const keys of typed) {
    for (const key of keys) {
      if (ENTER.test(key) || key === CTRL_D) return line.join('')
      if (key === CTRL_C) throw new Failure('ABORTED', 'interrupted by Ctrl-C', { op: 'read', subject: 'terminal' })
      if (key === CTRL_U) line = []
      else if (BACKSPACES.includes(key)) line.pop()
      else if (key >= ' ') line.push(key)
    }
  }
  return line.join('')
}
