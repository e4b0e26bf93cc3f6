import { jsonOutput } from '../json-output.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openEngine } from '../open-engine.ts'

/** `workflow approve`: lets steps pass their gates, or lists those that wait. */
export const run: CommandRun = async (world, input) => {
  const engine = await openEngine(world)
  const view = await engine.view(input.args[0])
  if (input.flag('list')) {
    const steps = view.steps.filter(({ phase }) => phase === 'Waiting').map(({ id, title }) => ({ id, title }))
    const result = { name: view.name, steps }
    if (input.text('output') === 'json') await world.stdout.write(jsonOutput(result))
    else if (steps.length === 0) await world.stderr.write(`Nothing of workflow ${view.name} waits for approval.\n`)
    else await world.stdout.write(steps.map(({ id, title }) => `${id}  ${title}\n`).join(''))
    return EXIT.done
  }
  const approved = await engine.approve(view.name, input.list('step'))
  await world.stdout.write(approved.map((id) => `${id}\n`).join(''))
  if (approved.length === 0) await world.stderr.write(`Nothing of workflow ${view.name} waits for approval.\n`)
  return EXIT.done
}
