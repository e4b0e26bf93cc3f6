import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { renderPlan } from '../../report/plan-text.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { outputFailure } from '../output-failure.ts'
import { planFromConfig } from '../plan-from-config.ts'
import { suggest } from '../runs/manners.ts'
import { widthOf } from '../width.ts'

/** On a terminal longer lists are cut; in a pipe or a file everything is listed. */
const INDICES_ON_TERMINAL = 20

/** `workflow plan`: what the configuration resolves to; nothing is changed anywhere but in the file of `--out`. */
export const run: CommandRun = async (world, input) => {
  const { plan } = await planFromConfig(world, { forecast: true })
  const json = `${JSON.stringify(plan, undefined, 2)}\n`
  const out = input.text('out')
  if (out !== undefined) {
    const path = resolve(world.cwd, out)
    try {
      await writeFile(path, json)
    } catch (cause) {
      throw outputFailure(cause, `plan ${path}`)
    }
  }
  if (input.text('output') === 'json') {
    await world.stdout.write(json)
    return EXIT.done
  }
  const indicesShown = world.stdout.isTty ? INDICES_ON_TERMINAL : Infinity
  await world.stdout.write(renderPlan(plan, { indicesShown, columns: widthOf(world.stdout) }))
  const submit = out === undefined ? 'workflow submit' : `workflow submit --plan ${out}`
  await suggest(world, [submit, 'workflow doctor'])
  return EXIT.done
}
