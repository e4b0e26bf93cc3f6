import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { parseYaml } from '../config/parse-yaml.ts'
import { Failure, messageOf } from '../core/failure.ts'
import { Secret, type SecretRef } from '../core/secret.ts'
import { mountedKey, mountedPath } from '../engine/argo/plan-secrets.ts'
import type { RevealSecret } from '../steps/clusters.ts'
import { environmentEngine, type EngineChoice } from './choose-engine.ts'
import { openNamespace, type NamespaceWorld } from './open-namespace.ts'
import { openConfigStore } from './saved-configuration.ts'
import { stateFolder } from './state-folder.ts'
import type { World } from './world.ts'

/**
 * Finds secrets where their references say: in the environment, in files, in Kubernetes Secrets or among the local credentials, or
 * in the configuration that they were written in. They are read anew each time, so a new password counts from the next connection
 * on. `CONFIG_INVALID` when one is not there.
 */
export function secretRevealer(world: NamespaceWorld, choice: EngineChoice = environmentEngine(world)): RevealSecret {
  return async (ref) => new Secret(await valueOf(ref, world, choice))
}

async function valueOf(ref: SecretRef, world: NamespaceWorld, choice: EngineChoice): Promise<string> {
  switch (ref.kind) {
    case 'env': {
      const value = world.env[ref.name]
      if (value === undefined || value === '') throw missing(`environment variable ${ref.name}`, 'it is not set')
      return value
    }
    case 'file': {
      const path = resolve(world.cwd, ref.path)
      const inSecret = choice.kind === 'argo' ? mountedKey(path) : undefined
      return inSecret === undefined ? read(path) : fromSecret(inSecret.name, inSecret.key, world, choice)
    }
    case 'secret':
      return fromSecret(ref.name, ref.key, world, choice)
    case 'config': {
      const file = ref.file === undefined ? undefined : resolve(world.cwd, ref.file)
      const text = file === undefined ? await (await openConfigStore(world)).read() : await readText(file)
      let value: unknown = text === undefined ? undefined : parseYaml(text).value
      for (const key of ref.path) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key]
      if (typeof value === 'string') return value
      if (typeof value === 'number' || typeof value === 'boolean') return String(value)
      throw missing(`${ref.path.join('.')} of ${file ?? 'the saved configuration'}`, 'it is no longer there')
    }
  }
}

/** The file that holds key `key` of the local credential `name`. */
export function credentialFile(world: Pick<World, 'env' | 'cwd'>, name: string, key: string): string {
  return join(stateFolder(world), 'credentials', name, key)
}

/**
 * Pods of a workflow have the Secrets of their plan as files, and no right to read others; `WORKFLOW_SECRETS` says where. The
 * console and machines outside of the cluster ask for them.
 */
async function fromSecret(name: string, key: string, world: NamespaceWorld, choice: EngineChoice): Promise<string> {
  const mounts = world.env['WORKFLOW_SECRETS']
  if (mounts !== undefined && mounts !== '') return read(join(mounts, name, key))
  if (choice.kind === 'local' && environmentEngine(world).kind === 'local') {
    const path = credentialFile(world, name, key)
    if (existsSync(path)) return read(path)
    const command = existsSync(dirname(path)) ? 'update' : 'create'
    const hint = `Give it with workflow configure credentials ${command} ${name}.`
    throw missing(`credential ${name}`, `it ${command === 'create' ? 'does not exist' : `has no key ${key}`}`, hint)
  }
  const mounted = mountedPath(name, key)
  if (existsSync(mounted)) return read(mounted)
  const kubernetes = await openNamespace(world, choice.kind === 'argo' ? choice.namespace : undefined)
  const subject = `Secret ${name} in namespace ${kubernetes.namespace}`
  const secret = await kubernetes.get('Secret', name)
  const create = `Make it with workflow configure credentials create ${name}.`
  if (secret === undefined) throw missing(subject, 'it does not exist', create)
  const value = (secret['data'] as Readonly<Record<string, string>> | undefined)?.[key]
  if (value === undefined) throw missing(subject, `it has no key ${key}`, create.replace('create', 'update'))
  return withoutLineEnd(Buffer.from(value, 'base64').toString('utf8'))
}

async function read(path: string): Promise<string> {
  return withoutLineEnd(await readText(path))
}

async function readText(path: string): Promise<string> {
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

function missing(
  subject: string,
  detail: string,
  hint = 'Provide it there, or change the reference in the configuration.',
): Failure {
  return new Failure('CONFIG_INVALID', detail, { op: 'read secret from', subject, hint })
}
