import type { CommandRun } from '../command.ts'
import { openEngine } from '../open-engine.ts'
import { EXIT } from '../exit-codes.ts'
import { exitCodeOfRun, suggest } from './manners.ts'

/** `workflow resume`: goes on after a stop, a failure or a crash. */
export const run: CommandRun = async (world, input) => {
  const view = await (await openEngine(world)).resume(input.args[0])
  await world.stdout.write(`${view.name}\n`)
  if (['Succeeded', 'Rejects', 'Differences'].includes(view.phase)) {
    await world.stderr.write(`Workflow ${view.name} has finished: ${view.phase}. There is nothing to go on with.\n`)
    return exitCodeOfRun(view)
  }
  await world.stderr.write(`Workflow ${view.name} goes on where it was.\n`)
  await suggest(world, [`workflow status ${view.name}`])
  return EXIT.done
}
