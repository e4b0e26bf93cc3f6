import type { RunView } from '../../report/run-view.ts'
import { EXIT } from '../exit-codes.ts'
import type { World } from '../world.ts'

/** Suggests the next likely commands, to people only. */
export async function suggest(world: World, commands: readonly string[]): Promise<void> {
  if (!world.stderr.isTty || !world.stdout.isTty || commands.length === 0) return
  await world.stderr.write(`\nNext: ${commands.join('\n  or: ')}\n`)
}

/** True when nothing more happens to a run on its own. */
export function isOver({ alive }: RunView): boolean {
  return !alive
}

/** The exit code that stands for how a run ended. */
export function exitCodeOfRun({ phase }: RunView): number {
  switch (phase) {
    case 'Succeeded':
      return EXIT.done
    case 'Rejects':
      return EXIT.rejects
    case 'Differences':
      return EXIT.differences
    case 'Stopped':
      return EXIT.interrupted
    case 'Waiting':
      return EXIT.approval
    case 'Failed':
    case 'Pending':
    case 'Running':
    case 'Stopping':
      return EXIT.failed
  }
}

/** What a person is likely to want next of a run. */
export function nextCommands({ phase, name, hindrance }: RunView): readonly string[] {
  if (hindrance !== undefined) return [`workflow explain ${name}`]
  switch (phase) {
    case 'Pending':
    case 'Running':
    case 'Stopping':
    case 'Waiting':
      return [`workflow status ${name} --watch`, `workflow output ${name} --follow`]
    case 'Failed':
    case 'Stopped':
      return [`workflow output ${name} --tail 20`, `workflow resume ${name}`]
    case 'Rejects':
      return [`workflow rejects ${name}`, `workflow retry ${name} --rejects`]
    case 'Succeeded':
    case 'Differences':
      return [`workflow report ${name}`]
  }
}
