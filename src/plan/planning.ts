import type { RepositoryLocation } from '../blob/location.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { PlannedCluster, PlannedRepository } from './plan.ts'
import type { SourceAnswers } from './source-answers.ts'

/** How to reach a cluster, before it has been asked what it is. */
export type ClusterAddress = Omit<PlannedCluster, 'distribution' | 'version'>

/** What planning asks of the world; all of it only reads. */
export interface PlanQuestions {
  /** Connects to a cluster, once for each; planning closes nothing. */
  connect(cluster: ClusterAddress): Promise<Cluster>
  /** Opens the place of a repository as this machine reads it; codes as `openStore`. */
  openLocation(repository: PlannedRepository): Promise<RepositoryLocation>
  /** Location of the environment's default repository (`WORKFLOW_SNAPSHOT_REPO`). */
  readonly defaultRepository?: string
  /** Which engine will run the plan. */
  readonly engine: 'local' | 'argo'
  /** Slices loaded at once when the configuration does not say. */
  readonly parallelism: number
  /** Whether the plan is to say what is going to be done with every object of metadata. Default: false. */
  readonly forecast?: boolean
  /** The file that inline secrets are found in again; the saved configuration when absent. */
  readonly configFile?: string
}

/** A migration being planned, with what has been found out so far. */
export interface PlanningMigration {
  readonly id: string
  readonly source: SourceAnswers
  /** Repositories of the migrations of the same source that were planned before. */
  readonly earlier: readonly PlannedRepository[]
  readonly warnings: string[]
}
