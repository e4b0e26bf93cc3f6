import { Secret } from '../../core/secret.ts'
import { usage, type CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { CREDENTIAL_KEYS, storeCredential } from './credential-store.ts'

/** `workflow configure credentials set`: keeps a value from standard input, without the line end that editors add. */
export const run: CommandRun = async (world, input) => {
  const [name, key] = [input.args[0]!, input.args[1]!]
  if (!CREDENTIAL_KEYS.includes(key)) throw usage(`the key is one of ${CREDENTIAL_KEYS.join(', ')}, not '${key}'`)
  if (world.stdin.isTty) await world.stderr.write(`Type the ${key}, then Ctrl-D on a line of its own:\n`)
  const value = (await world.stdin.read()).replace(/\r?\n$/, '')
  if (value === '') throw usage('standard input is empty')
  const path = await storeCredential(world, name, key, new Secret(value))
  await world.stderr.write(`Kept in ${path}\n`)
  return EXIT.done
}
