import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { BootError } from '../messages.ts'

/** Runs kubectl as the administrator of a cluster and returns what it printed. Throws `BootError` when it fails. */
export function runKubectl(
  { binaries, kubeconfig }: { readonly binaries: string; readonly kubeconfig: string },
  args: readonly string[],
  input?: string,
): string {
  const { status, stdout, stderr } = spawnSync(
    join(binaries, 'kubeall'),
    ['kubectl', '--kubeconfig', kubeconfig, ...args],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, ...(input === undefined ? {} : { input }) },
  )
  if (status === 0) return stdout
  throw new BootError(`kubectl ${args.join(' ')}: ended with code ${status ?? 'unknown'}: ${stderr.trim()}`)
}
