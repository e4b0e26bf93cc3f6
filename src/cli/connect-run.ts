import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changeSecrets, mountedKey } from '../engine/argo/plan-secrets.ts'
import type { Plan } from '../plan/plan.ts'
import { connectClusters, type Clusters } from '../steps/clusters.ts'
import type { EngineChoice } from './choose-engine.ts'
import { secretRevealer } from './reveal-secret.ts'
import type { World } from './world.ts'

/**
 * Connects to the clusters of a plan that was submitted. Certificates that pods of the plan find in a Secret are fetched into a
 * folder of this user that is removed when the connections are closed. `CONFIG_INVALID` when a Secret is missing.
 */
export async function connectRun(world: World, choice: EngineChoice, plan: Plan): Promise<Clusters> {
  const { clock, random, signal } = world
  const reveal = secretRevealer(world, choice)
  const wanted = new Set<string>()
  changeSecrets(plan, {
    file: (path) => {
      if (mountedKey(path) !== undefined) wanted.add(path)
      return path
    },
  })
  if (choice.kind === 'local' || wanted.size === 0) return connectClusters(plan, reveal, clock, random, signal)
  const folder = await mkdtemp(join(tmpdir(), 'backfill-workflow-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const files = new Map<string, string>()
    for (const path of wanted) {
      const file = join(folder, String(files.size))
      await writeFile(file, (await reveal({ kind: 'file', path })).reveal(), { mode: 0o600 })
      files.set(path, file)
    }
    const local = changeSecrets(plan, { file: (path) => files.get(path) ?? path })
    const clusters = connectClusters(local, reveal, clock, random, signal)
    return { ...clusters, close: () => clusters.close().finally(remove) }
  } catch (error) {
    await remove()
    throw error
  }
}
