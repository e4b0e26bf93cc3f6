import type { Engine } from '../../engine/engine.ts'
import type { RunRecord } from '../../engine/run/run-record.ts'
import { connectClusters, type Clusters } from '../../steps/clusters.ts'
import { openEngine } from '../open-engine.ts'
import { secretRevealer } from '../reveal-secret.ts'
import type { World } from '../world.ts'

/** Works with what a run (the running one, else the latest, without a name) left behind, connected to its clusters. `WORKFLOW_NOT_FOUND`. */
export async function withRun<T>(
  world: World,
  name: string | undefined,
  work: (record: RunRecord, clusters: Clusters, engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = openEngine(world)
  const record = await engine.record(name)
  const { clock, random, signal } = world
  const clusters = connectClusters(record.plan, secretRevealer(world), clock, random, signal)
  try {
    return await work(record, clusters, engine)
  } finally {
    await clusters.close()
  }
}
