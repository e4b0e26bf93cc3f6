import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure, messageOf } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'
import { usage } from '../command.ts'
import { credentialFile } from '../reveal-secret.ts'
import { stateFolder } from '../state-folder.ts'
import type { World } from '../world.ts'

/** A credential that is kept on this machine: a name and the keys that have a value. */
export interface StoredCredential {
  readonly name: string
  readonly keys: readonly string[]
}

/** The keys that a credential can have. */
export const CREDENTIAL_KEYS: readonly string[] = ['username', 'password', 'apiKey']

/** Every credential that is kept, by name. `STATE_UNWRITABLE` when they cannot be read. */
export async function listCredentials(world: World): Promise<readonly StoredCredential[]> {
  const root = credentialsFolder(world)
  return onStore('read', root, async () => {
    const entries = await readdir(root, { withFileTypes: true }).catch(noneWhenAbsent)
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
    return Promise.all(
      names.sort().map(async (name) => {
        const keys = await readdir(join(root, name))
        return { name, keys: keys.filter((key) => !key.endsWith('.tmp')).sort() }
      }),
    )
  })
}

/** Keeps a value in a file that only its owner can read, and returns the file. `USAGE` for a name that cannot be a folder. */
export async function storeCredential(world: World, name: string, key: string, value: Secret): Promise<string> {
  const path = credentialFile(world, checkedName(name), key)
  const temporary = `${path}.${world.random.hex(4)}.tmp`
  await onStore('write', path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(temporary, 'w', 0o600)
    try {
      await file.writeFile(value.reveal())
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  })
  return path
}

/** Forgets a credential; false when there was none of that name. */
export async function removeCredential(world: World, name: string): Promise<boolean> {
  const known = await listCredentials(world)
  if (!known.some((credential) => credential.name === name)) return false
  const folder = join(credentialsFolder(world), checkedName(name))
  await onStore('remove', folder, () => rm(folder, { recursive: true, force: true }))
  return true
}

function credentialsFolder(world: World): string {
  return join(stateFolder(world), 'credentials')
}

/** A name becomes a folder, so it must not lead anywhere else. */
function checkedName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/.test(name)) return name
  throw usage(
    `'${name}' is no name: it has letters, digits, dots, hyphens and underscores, and begins with a letter or digit`,
  )
}

async function onStore<T>(op: string, subject: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw new Failure('STATE_UNWRITABLE', messageOf(cause), { op, subject, cause })
  }
}

function noneWhenAbsent(error: unknown): [] {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
  throw error
}
