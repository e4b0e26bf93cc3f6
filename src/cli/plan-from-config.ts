import { availableParallelism } from 'node:os'
import type { Cluster } from '../cluster/cluster.ts'
import type { Config } from '../config/config.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { PlanQuestions } from '../plan/planning.ts'
import { connectOne } from '../steps/clusters.ts'
import { openLocation } from '../steps/migration-repository.ts'
import { chooseEngine, type EngineChoice } from './choose-engine.ts'
import { readConfig } from './read-config.ts'
import { secretRevealer } from './reveal-secret.ts'
import type { World } from './world.ts'

/** Pods at once when the configuration does not say. */
const ARGO_PARALLELISM = 100

/** A configuration with the plan it resolves to, while the connections that were made for it are still open. */
export interface LoadedPlan {
  readonly config: Config
  readonly plan: Plan
  close(): Promise<void>
}

/**
 * Makes the plan of a configuration: the file that `--file` names, else the saved one. Findings go to stderr. `CONFIG_MISSING`,
 * `CONFIG_INVALID`, and whatever `makePlan` throws. Changes nothing.
 */
export async function loadAndPlan(world: World, options: { readonly forecast?: boolean } = {}): Promise<LoadedPlan> {
  const { config, configFile } = await readConfig(world)
  const questions = { ...openQuestions(world, configFile, chooseEngine(world, config)), ...options }
  try {
    return { config, plan: await makePlan(config, questions, world.signal), close: () => questions.close() }
  } catch (error) {
    await questions.close()
    throw error
  }
}

/**
 * The plan and the engine that it is for; nothing stays open. With `forecast` the plan says what is going to be done with every
 * object of metadata. Codes as `loadAndPlan`.
 */
export async function planFromConfig(
  world: World,
  options: { readonly forecast?: boolean } = {},
): Promise<{ readonly plan: Plan; readonly engine: EngineChoice }> {
  const loaded = await loadAndPlan(world, options)
  await loaded.close()
  return { plan: loaded.plan, engine: chooseEngine(world, loaded.config) }
}

/** The questions of planning, answered by the clusters and stores of the real world; `close` ends the connections. */
export function openQuestions(
  world: World,
  configFile: string | undefined,
  engine: EngineChoice,
): PlanQuestions & { close(): Promise<void> } {
  const { clock, random, signal } = world
  const reveal = secretRevealer(world, engine)
  const opened: Cluster[] = []
  const defaultRepository = world.env['WORKFLOW_SNAPSHOT_REPO']
  return {
    connect: async (address) => {
      const cluster = await connectOne(address, reveal, clock, random, signal)
      opened.push(cluster)
      return cluster
    },
    openLocation: (repository) => openLocation(repository, clock, random),
    engine: engine.kind,
    parallelism: engine.kind === 'argo' ? ARGO_PARALLELISM : availableParallelism(),
    ...(defaultRepository === undefined ? {} : { defaultRepository }),
    ...(configFile === undefined ? {} : { configFile }),
    close: async () => {
      for (const cluster of opened.splice(0)) await cluster.http.close()
    },
  }
}
