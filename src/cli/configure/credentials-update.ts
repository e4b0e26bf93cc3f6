import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { requireCredential } from './credential-store.ts'
import { openCredentialStore } from './open-credential-store.ts'
import { readCredentialValues } from './credential-values.ts'

/** `workflow configure credentials update`: new values for some keys of a credential; `USAGE` when there is none of that name. */
export const run: CommandRun = async (world, input) => {
  const name = input.args[0]!
  const store = await openCredentialStore(world)
  await requireCredential(store, name)
  await world.stderr.write(`Kept in ${await store.put(name, await readCredentialValues(world, input))}\n`)
  return EXIT.done
}
