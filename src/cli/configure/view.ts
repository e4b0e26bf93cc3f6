import { redactSecrets } from '../../config/source-text.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { readConfigText } from './texts.ts'

/** `workflow configure view`: the saved configuration as it was written. */
export const run: CommandRun = async (world, input) => {
  const { text } = await readConfigText(world, undefined)
  await world.stdout.write(input.flag('secrets') ? text : redactSecrets(text))
  return EXIT.done
}
