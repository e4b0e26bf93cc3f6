import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseYaml } from '../config/parse-yaml.ts'
import { Failure, messageOf } from '../core/failure.ts'
import { Secret, type SecretRef } from '../core/secret.ts'
import type { RevealSecret } from '../steps/clusters.ts'
import { savedConfigFile, stateFolder } from './state-folder.ts'
import type { World } from './world.ts'

/**
 * Finds secrets where their references say: in the environment, in files, among the local credentials, or in the configuration
 * that they were written in. They are read anew each time, so a new password counts from the next connection on.
 */
export function secretRevealer(world: Pick<World, 'env' | 'cwd'>): RevealSecret {
  return async (ref) => new Secret(await valueOf(ref, world))
}

async function valueOf(ref: SecretRef, world: Pick<World, 'env' | 'cwd'>): Promise<string> {
  switch (ref.kind) {
    case 'env': {
      const value = world.env[ref.name]
      if (value === undefined || value === '') throw missing(`environment variable ${ref.name}`, 'it is not set')
      return value
    }
    case 'file':
      return withoutLineEnd(await read(resolve(world.cwd, ref.path)))
    case 'secret':
      return withoutLineEnd(await read(credentialFile(world, ref.name, ref.key)))
    case 'config': {
      const file = ref.file === undefined ? savedConfigFile(world) : resolve(world.cwd, ref.file)
      let value: unknown = parseYaml(await read(file)).value
      for (const key of ref.path) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key]
      if (typeof value === 'string') return value
      if (typeof value === 'number' || typeof value === 'boolean') return String(value)
      throw missing(`${ref.path.join('.')} of ${file}`, 'it is no longer there')
    }
  }
}

/** The file that holds key `key` of the local credential `name`. */
export function credentialFile(world: Pick<World, 'env' | 'cwd'>, name: string, key: string): string {
  return join(stateFolder(world), 'credentials', name, key)
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw missing(`file ${path}`, messageOf(error))
  }
}

/** Editors end a file with a line end that is no part of a password. */
function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '')
}

function missing(subject: string, detail: string): Failure {
  return new Failure('CONFIG_INVALID', detail, {
    op: 'read secret from',
    subject,
    hint: 'Provide it there, or change the reference in the configuration.',
  })
}
