import { locationIn } from '../../../src/blob/location.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { Config } from '../../../src/config/config.ts'
import { Failure } from '../../../src/core/failure.ts'
import type { PlanQuestions } from '../../../src/plan/planning.ts'
import { makePlan } from '../../../src/plan/make-plan.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { memoryStore } from '../blob/memory-store.ts'
import { fakeCluster, unreachable, type FakeCluster, type FakeState } from './fake-cluster.ts'

export const SOURCE = 'http://source.example:9200'
export const TARGET = 'http://target.example:9200'
export const calm = new AbortController().signal

/** A world for planning: clusters by endpoint, and places by their path or URI with the blobs in them. */
export interface FakeWorld {
  readonly source: FakeCluster
  readonly target: FakeCluster
  readonly questions: PlanQuestions
}

/** A world of one source and one target. A folder that is not among `places` does not exist. */
export function fakeWorld(
  source: FakeState = {},
  target: FakeState = {},
  places: Readonly<Record<string, ReadonlyMap<string, Uint8Array>>> = { '/snapshots': new Map() },
  more: Partial<PlanQuestions> = {},
): FakeWorld {
  const from = fakeCluster({ endpoint: SOURCE, ...source })
  const to = fakeCluster({ endpoint: TARGET, distribution: 'opensearch', ...target })
  const clusters = new Map([
    [SOURCE, from],
    [TARGET, to],
  ])
  return {
    source: from,
    target: to,
    questions: {
      connect: (address) => {
        const found = clusters.get(address.endpoint)
        return found === undefined ? Promise.reject(unreachable(address.endpoint)) : found.open()
      },
      openLocation: ({ uri }) => {
        const blobs = places[uri]
        if (blobs !== undefined) return Promise.resolve(locationIn(memoryStore(blobs, uri), ''))
        return Promise.reject(new Failure('REPOSITORY_NOT_FOUND', 'no such folder', { op: 'open', subject: uri }))
      },
      engine: 'local',
      parallelism: 4,
      ...more,
    },
  }
}

/** The configuration of a text; fails the test when the text has mistakes. */
export function configOf(text: string): Config {
  const { config, diagnostics } = loadConfig(text)
  if (config === undefined) throw new Error(diagnostics.map((found) => found.message).join('; '))
  return config
}

/** One source with `source` keys, one target, one group with `group` keys. */
export function smallConfig(source = '', group = 'indices: ["logs-*"]', top = ''): Config {
  const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by))
  return configOf(`sourceClusters:
  prod:
    endpoint: ${SOURCE}
${indent(source, 4)}
targetClusters:
  new:
    endpoint: ${TARGET}
migrations:
  - sourceCluster: prod
    targetCluster: new
    snapshotMigrations:
      - ${indent(group, 8).trimStart()}
${top}
`)
}

/** `fsRepoPath: /snapshots` of the source. */
export const FS_REPOSITORY = 'snapshotRepo:\n  fsRepoPath: /snapshots'

export function plan(config: Config, world: FakeWorld): Promise<Plan> {
  return makePlan(config, world.questions, calm)
}

/** The failure that planning ends in; fails the test when it does not fail. */
export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('it did not fail')
}
