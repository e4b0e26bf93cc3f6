import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openCredentialStore } from './open-credential-store.ts'
import { checkedKey, readValue } from './credential-values.ts'

/** `workflow configure credentials set`: one value from standard input, whether there is such a credential or not. */
export const run: CommandRun = async (world, input) => {
  const [name, key] = [input.args[0]!, checkedKey(input.args[1]!)]
  const value = await readValue(world, key)
  const place = await (await openCredentialStore(world)).put(name, new Map([[key, value]]))
  await world.stderr.write(`Kept in ${place}\n`)
  return EXIT.done
}
