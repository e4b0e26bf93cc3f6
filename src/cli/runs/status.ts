import { isFailure } from '../../core/failure.ts'
import type { RunView } from '../../report/run-view.ts'
import { renderStatus } from '../../report/status-text.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openEngine } from '../open-engine.ts'
import { widthOf } from '../width.ts'
import type { World } from '../world.ts'
import { isOver, nextCommands, suggest } from './manners.ts'

const WATCH_MS = 1000

/** `workflow status`: where a workflow stands. */
export const run: CommandRun = async (world, input) => {
  const engine = await openEngine(world)
  const json = input.text('output') === 'json'
  const options = { loads: json }
  let view = await engine.view(input.args[0], options)
  if (!input.flag('watch')) {
    await world.stdout.write(json ? asJson(view) : statusText(world, view))
    if (!json) await suggest(world, nextCommands(view))
    return EXIT.done
  }
  for (;;) {
    // On a terminal each picture takes the place of the one before; elsewhere they follow each other.
    const clear = world.stdout.isTty && !json ? '\u001b[H\u001b[2J' : ''
    await world.stdout.write(clear + (json ? `${JSON.stringify(view)}\n` : statusText(world, view)))
    if (isOver(view)) return EXIT.done
    try {
      await world.clock.sleep(WATCH_MS, world.signal)
    } catch (error) {
      if (isFailure(error, 'ABORTED')) return EXIT.done
      throw error
    }
    view = await engine.view(view.name, options)
  }
}

function statusText(world: World, view: RunView): string {
  return renderStatus(view, { columns: widthOf(world.stdout), color: world.color })
}

function asJson(view: RunView): string {
  return `${JSON.stringify(view, undefined, 2)}\n`
}
