import { isFailure } from '../../core/failure.ts'
import type { CommandRun } from '../command.ts'
import { EXIT, interruptExitCode } from '../exit-codes.ts'
import { openEngine } from '../open-engine.ts'
import { suggest } from './manners.ts'

const POLL_MS = 250

/** `workflow stop`: asks for an orderly end. */
export const run: CommandRun = async (world, input) => {
  const engine = await openEngine(world)
  let view = await engine.stop(input.args[0])
  if (!view.alive) {
    await world.stderr.write(`Workflow ${view.name} is not running: ${view.phase}.\n`)
    if (view.message !== undefined) await world.stderr.write(`  ${view.message}\n`)
    return EXIT.done
  }
  await world.stdout.write(`${view.name}\n`)
  await world.stderr.write(`Workflow ${view.name} is stopping: requests on their way finish first.\n`)
  if (!input.flag('wait')) {
    await suggest(world, [`workflow status ${view.name}`, `workflow resume ${view.name}`])
    return EXIT.done
  }
  while (view.alive) {
    try {
      await world.clock.sleep(POLL_MS, world.signal)
    } catch (error) {
      if (isFailure(error, 'ABORTED')) return interruptExitCode(world.signal)
      throw error
    }
    view = await engine.view(view.name)
  }
  await world.stderr.write(`Workflow ${view.name} has ended: ${view.phase}.\n`)
  return EXIT.done
}
