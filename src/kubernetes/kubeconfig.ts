import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { messageOf } from '../core/failure.ts'
import { badAccess } from './kube-access.ts'

/** A part of a kubeconfig, and the file it stands in, from whose folder its relative paths count. */
export interface KubeconfigPart {
  readonly file: string
  readonly name: string
  readonly values: Readonly<Record<string, unknown>>
}

/** What the current context of a kubeconfig comes to. */
interface KubeContext {
  readonly context: KubeconfigPart
  readonly cluster: KubeconfigPart
  readonly user: KubeconfigPart
}

interface Kubeconfig {
  readonly file: string
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * The current context of the given files. As in kubectl, files that are not there count as empty, and what two files say of the
 * same name is taken from the first. Undefined when none of the files is there. `KUBERNETES_CONFIG` when they cannot be read, or
 * do not say what they should.
 *
 * Source: https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
 */
export async function readKubeContext(files: readonly string[], cwd: string): Promise<KubeContext | undefined> {
  const configs: Kubeconfig[] = []
  for (const file of files) {
    const config = await readOne(resolve(cwd, file))
    if (config !== undefined) configs.push(config)
  }
  if (configs.length === 0) return undefined
  const all = configs.map(({ file }) => file).join(', ')
  const current = configs.map(({ values }) => values['current-context']).find((name) => text(name) !== undefined)
  const name = text(current)
  if (name === undefined) {
    throw badAccess(all, 'it has no current-context', 'Choose one with kubectl config use-context NAME.')
  }
  const context = part(configs, 'contexts', 'context', name, all)
  const named = (key: 'cluster' | 'user', list: string): KubeconfigPart => {
    const wanted = text(context.values[key])
    if (wanted === undefined) throw badAccess(context.file, `its context ${name} names no ${key}`)
    return part(configs, list, key, wanted, all)
  }
  return { context, cluster: named('cluster', 'clusters'), user: named('user', 'users') }
}

/** A string that is not empty; undefined for everything else. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

async function readOne(file: string): Promise<Kubeconfig | undefined> {
  let content: string
  try {
    content = await readFile(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw badAccess(file, messageOf(cause), 'Check KUBECONFIG and the rights of the file.', cause)
  }
  let values: unknown
  try {
    values = parse(content)
  } catch (cause) {
    // The message of the parser quotes the text, which may hold a token.
    const line = /at line \d+/.exec(messageOf(cause))?.[0] ?? ''
    throw badAccess(file, `it is no YAML: mistake ${line}`.trimEnd(), 'Compare with kubectl config view.')
  }
  if (values === null) return undefined
  if (!isRecord(values)) throw badAccess(file, 'it is no kubeconfig: a map is expected')
  return { file, values }
}

function part(configs: readonly Kubeconfig[], list: string, key: string, name: string, all: string): KubeconfigPart {
  for (const { file, values } of configs) {
    const entries: unknown = values[list]
    if (!Array.isArray(entries)) continue
    for (const entry of entries as readonly unknown[]) {
      if (!isRecord(entry) || entry['name'] !== name) continue
      const found = entry[key]
      return { file, name, values: isRecord(found) ? found : {} }
    }
  }
  throw badAccess(all, `it has no ${key} ${name}`, 'See what is there with kubectl config view.')
}

/** The path of a file that a kubeconfig names. */
export function pathIn(part: KubeconfigPart, path: string): string {
  return resolve(dirname(part.file), path)
}

/** True for a map. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
