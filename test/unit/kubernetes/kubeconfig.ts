import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes a kubeconfig whose context is namespace `ma` of a server, and returns its path. */
export function writeKubeconfig(folder: string, server: string): string {
  const path = join(folder, 'kubeconfig')
  writeFileSync(
    path,
    JSON.stringify({
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x', namespace: 'ma' } }],
      clusters: [{ name: 'x', cluster: { server } }],
      users: [{ name: 'x', user: { token: 't' } }],
    }),
  )
  return path
}
