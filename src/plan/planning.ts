import type { Cluster } from '../cluster/cluster.ts'
import type { PlannedCluster } from './plan.ts'

/** What planning asks of the world; all of it only reads. */
export interface PlanQuestions {
  /** Connects to a cluster, once a cluster: planning closes nothing. */
  connect(cluster: Omit<PlannedCluster, 'distribution' | 'version'>): Promise<Cluster>
  /** Location of the environment's default repository (`WORKFLOW_SNAPSHOT_REPO`). */
  readonly defaultRepository?: string
  /** True when this machine can list the folder. */
  canRead(folder: string): Promise<boolean>
  /** Slices loaded at once when the configuration does not say. */
  readonly parallelism: number
  /** The file that inline secrets are found in again; the saved configuration when absent. */
  readonly configFile?: string
}

/** A migration being planned, with what has been found out about it so far. */
export interface PlanningMigration {
  readonly id: string
  readonly source: Cluster
  readonly sourceName: string
  readonly warnings: string[]
}
