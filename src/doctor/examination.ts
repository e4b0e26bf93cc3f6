import type { Cluster } from '../cluster/cluster.ts'
import type { Config, ConfigCluster, ConfigMigration } from '../config/config.ts'
import type { PlannedIndex, PlannedRepository } from '../plan/plan.ts'
import type { PlanQuestions } from '../plan/planning.ts'
import type { SourceAnswers } from '../plan/source-answers.ts'

/** What checks may use: the configuration, and questions that only read. */
export interface Examination {
  readonly config: Config
  readonly questions: PlanQuestions
  readonly signal: AbortSignal
}

/** A cluster of the configuration that answered. */
export interface ReachedCluster {
  readonly side: 'source' | 'target'
  readonly wanted: ConfigCluster
  /** `source prod` */
  readonly subject: string
  readonly cluster: Cluster
  /** What a source says of itself, asked once for all checks; undefined for a target. */
  readonly answers?: SourceAnswers
}

/** A migration with what has been found out about it. */
export interface ExaminedMigration {
  readonly wanted: ConfigMigration
  /** `migration m1 (prod → new)` */
  readonly subject: string
  readonly source: SourceAnswers
  readonly repository: PlannedRepository
  /** Indices of each group in the order of the groups; undefined when they could not be found. */
  readonly groups: readonly (readonly PlannedIndex[])[] | undefined
}
