import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openConfigStore } from '../saved-configuration.ts'

/** `workflow configure clear`: removes the saved configuration; it stays among the previous ones. */
export const run: CommandRun = async (world) => {
  const cleared = await (await openConfigStore(world)).clear()
  const removed = 'The saved configuration is removed; workflow configure history lists it among the earlier ones.\n'
  await world.stderr.write(cleared ? removed : 'There is no saved configuration.\n')
  return EXIT.done
}
