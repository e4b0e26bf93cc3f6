import { usage, type CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openCredentialStore } from './open-credential-store.ts'

/** `workflow configure credentials delete`: forgets a credential; `USAGE` when there is none of that name. */
export const run: CommandRun = async (world, input) => {
  const name = input.args[0]!
  if (!(await (await openCredentialStore(world)).remove(name))) throw usage(`there is no credential '${name}'`)
  await world.stderr.write(`Credential ${name} is removed.\n`)
  return EXIT.done
}
