import { readPlan, workflowFolder, type WorkflowFolder } from '../../engine/local/workflow-folder.ts'
import { connectClusters, type Clusters } from '../../steps/clusters.ts'
import { openEngine } from '../open-engine.ts'
import { secretRevealer } from '../reveal-secret.ts'
import { stateFolder } from '../state-folder.ts'
import type { World } from '../world.ts'

/** Works on a run (the running one, else the latest, without a name) with connections to its clusters. `WORKFLOW_NOT_FOUND`. */
export async function withRun<T>(
  world: World,
  name: string | undefined,
  work: (folder: WorkflowFolder, clusters: Clusters) => Promise<T>,
): Promise<T> {
  const view = await openEngine(world).view(name)
  const folder = workflowFolder(stateFolder(world), view.name)
  const { clock, random, signal } = world
  const clusters = connectClusters(readPlan(folder), secretRevealer(world), clock, random, signal)
  try {
    return await work(folder, clusters)
  } finally {
    await clusters.close()
  }
}
