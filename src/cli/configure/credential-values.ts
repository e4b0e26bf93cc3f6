import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { messageOf } from '../../core/failure.ts'
import { Secret } from '../../core/secret.ts'
import { usage, type CommandInput } from '../command.ts'
import type { World } from '../world.ts'
import { CREDENTIAL_KEYS, type CredentialValues } from './credential-store.ts'

/**
 * The values of a credential: `--username`, keys of `--from-env` and `--from-file`, and the one key that is read from standard
 * input, where any is left to read. No secret comes from an argument, since others can see those. `USAGE` for what cannot be read.
 */
export async function readCredentialValues(world: World, input: CommandInput): Promise<CredentialValues> {
  const values = new Map<string, Secret>()
  const username = input.text('username')
  if (username !== undefined) values.set('username', new Secret(username))
  for (const assignment of input.list('fromEnv')) {
    const [key, variable] = takenApart(assignment, '--from-env')
    const value = world.env[variable]
    if (value === undefined || value === '') throw usage(`environment variable ${variable} is not set`)
    values.set(key, new Secret(value))
  }
  for (const assignment of input.list('fromFile')) {
    const [key, file] = takenApart(assignment, '--from-file')
    try {
      values.set(key, new Secret(withoutLineEnd(await readFile(resolve(world.cwd, file), 'utf8'))))
    } catch (error) {
      throw usage(`file ${file} cannot be read: ${messageOf(error)}`)
    }
  }
  const key = input.text('key')
  const complete = [...values.keys()].some((known) => known !== 'username')
  if (key !== undefined || !complete) values.set(key ?? 'password', await readValue(world, key ?? 'password'))
  return values
}

/**
 * One value from standard input, without the line end that editors add; a terminal asks for it and shows nothing of what is typed.
 * `USAGE` when it is empty.
 */
export async function readValue(world: World, key: string): Promise<Secret> {
  const { stdin, stderr } = world
  if (stdin.isTty) await stderr.write(`${key} (not shown): `)
  const value = stdin.isTty ? await stdin.readHidden() : withoutLineEnd(await stdin.read())
  if (value === '') throw usage(`the ${key} is empty`)
  return new Secret(value)
}

/** The same key, if a credential can have it; `USAGE` otherwise. */
export function checkedKey(key: string): string {
  if (CREDENTIAL_KEYS.includes(key)) return key
  throw usage(`the key is one of ${CREDENTIAL_KEYS.join(', ')}, not '${key}'`)
}

function takenApart(assignment: string, option: string): [key: string, from: string] {
  const at = assignment.indexOf('=')
  if (at < 1 || at === assignment.length - 1) throw usage(`${option} is given as key=…, not '${assignment}'`)
  return [checkedKey(assignment.slice(0, at)), assignment.slice(at + 1)]
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}
