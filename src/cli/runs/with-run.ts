import type { Engine } from '../../engine/engine.ts'
import type { RunRecord } from '../../engine/run/run-record.ts'
import type { Clusters } from '../../steps/clusters.ts'
import { connectRun } from '../connect-run.ts'
import { currentChoice, openEngine } from '../open-engine.ts'
import type { World } from '../world.ts'

/** Works with what a run (the running one, else the latest, without a name) left behind, connected to its clusters. `WORKFLOW_NOT_FOUND`. */
export async function withRun<T>(
  world: World,
  name: string | undefined,
  work: (record: RunRecord, clusters: Clusters, engine: Engine) => Promise<T>,
): Promise<T> {
  const choice = await currentChoice(world)
  const engine = await openEngine(world, choice)
  const record = await engine.record(name)
  const clusters = await connectRun(world, choice, record.plan)
  try {
    return await work(record, clusters, engine)
  } finally {
    await clusters.close()
  }
}
