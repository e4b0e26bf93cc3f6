import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import type { Environment } from './in-cluster.ts'

/** The files that `KUBECONFIG` names, else the one in the home folder. */
export function kubeconfigFiles(env: Environment, home: string): readonly string[] {
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '')
  return listed.length > 0 ? listed : [join(home, '.kube', 'config')]
}

/** True when one of the files is there; relative paths count from `cwd`. */
export function anyThere(files: readonly string[], cwd: string): boolean {
  return files.some((file) => existsSync(resolve(cwd, file)))
}
