import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure, messageOf } from '../../core/failure.ts'
import type { Secret } from '../../core/secret.ts'
import { usage } from '../command.ts'
import { credentialFile } from '../reveal-secret.ts'
import { stateFolder } from '../state-folder.ts'
import type { World } from '../world.ts'
import type { CredentialStore } from './credential-store.ts'

/** Credentials in files that only their owner can read. `STATE_UNWRITABLE` when the state folder cannot be used. */
export function fileCredentials(world: World): CredentialStore {
  const root = join(stateFolder(world), 'credentials')

  async function list(): Promise<readonly { name: string; keys: readonly string[] }[]> {
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

  async function store(name: string, key: string, value: Secret): Promise<string> {
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

  return {
    list,
    put: async (name, values) => {
      const paths: string[] = []
      for (const [key, value] of values) paths.push(await store(name, key, value))
      return paths.join(', ')
    },
    remove: async (name) => {
      if (!(await list()).some((credential) => credential.name === name)) return false
      const folder = join(root, checkedName(name))
      await onStore('remove', folder, () => rm(folder, { recursive: true, force: true }))
      return true
    },
    adopt: async (name, key, values) => {
      const path = await store(name, key, values.get(key)!)
      return { place: path, path }
    },
  }
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
