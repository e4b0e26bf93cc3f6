// Cleans up after a demo that was killed: waits for the end of its standard input, which the kernel closes with the demo, then
// ends every process that the demo started and removes its folder, unless it was told `keep`. Usage: node guard.js FOLDER
//
// All processes of a demo carry BACKFILL_DEMO=FOLDER in their environment; nothing else does, so nothing else is ended.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const folder = process.argv[2]
const mark = `BACKFILL_DEMO=${folder}`
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined)
let wish = ''
for await (const chunk of process.stdin) wish += chunk

for (const [signal, seconds] of [
  ['SIGTERM', 5],
  ['SIGKILL', 5],
]) {
  for (const pid of marked()) end(pid, signal)
  for (let wait = 0; wait < seconds * 10 && marked().length > 0; wait++) {
    await delay(100)
    // One that is being ended may have started another meanwhile.
    if (signal === 'SIGKILL') for (const pid of marked()) end(pid, signal)
  }
}
if (wish !== 'keep') rmSync(folder, { recursive: true, force: true, maxRetries: 3 })

function marked() {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && hasMark(name))
}

function hasMark(pid) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)
  } catch {
    return false // ended meanwhile, or of another user
  }
}

function end(pid, signal) {
  try {
    process.kill(Number(pid), signal)
  } catch {
    // ended meanwhile
  }
}
