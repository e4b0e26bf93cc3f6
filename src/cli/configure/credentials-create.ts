import { usage, type CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openCredentialStore } from './open-credential-store.ts'
import { readCredentialValues } from './credential-values.ts'

/** `workflow configure credentials create`: keeps a new credential; `USAGE` when there is one of that name. */
export const run: CommandRun = async (world, input) => {
  const name = input.args[0]!
  const store = await openCredentialStore(world)
  if ((await store.list()).some((credential) => credential.name === name)) {
    throw usage(`there is a credential '${name}' already; change it with workflow configure credentials update ${name}`)
  }
  await world.stderr.write(`Kept in ${await store.put(name, await readCredentialValues(world, input))}\n`)
  return EXIT.done
}
