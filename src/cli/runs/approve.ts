import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openEngine } from '../open-engine.ts'

/** `workflow approve`: lets steps pass their gates, or lists those that wait. */
export const run: CommandRun = async (world, input) => {
  const engine = await openEngine(world)
  const view = await engine.view(input.args[0])
  if (input.flag('list')) {
    const waiting = view.steps.filter(({ phase }) => phase === 'Waiting')
    await world.stdout.write(waiting.map(({ id, title }) => `${id}  ${title}\n`).join(''))
    return EXIT.done
  }
  const approved = await engine.approve(view.name, input.list('step'))
  await world.stdout.write(approved.map((id) => `${id}\n`).join(''))
  if (approved.length === 0) await world.stderr.write(`Nothing of workflow ${view.name} waits for approval.\n`)
  return EXIT.done
}
