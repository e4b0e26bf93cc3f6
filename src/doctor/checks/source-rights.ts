import type { Config } from '../../config/config.ts'
import type { ExaminedMigration } from '../examination.ts'
import type { NeededRights } from './rights.ts'

/** True when a run takes a snapshot of the source, so that it changes something there. */
export function takesSnapshot(config: Config, source: string): boolean {
  return config.migrations.some((one) => one.source === source && one.snapshot.create)
}

/**
 * The rights that a run needs on a source beyond reading: none where existing snapshots are read; else to take a snapshot and
 * to look at it, and, as far as the plan says so, to register a repository and to remove both afterwards.
 */
export function sourceRights(config: Config, source: string, migrations: readonly ExaminedMigration[]): NeededRights {
  const cluster: string[] = []
  if (takesSnapshot(config, source)) {
    const wanted = config.migrations.filter((one) => one.source === source && one.snapshot.create)
    // A migration whose repository could not be found may need to register one.
    const registers = wanted.some(
      (one) => migrations.find((migration) => migration.wanted === one)?.repository.register !== false,
    )
    cluster.push('cluster:admin/snapshot/create', 'cluster:admin/snapshot/get', 'cluster:admin/snapshot/status')
    if (config.cleanup.snapshot) cluster.push('cluster:admin/snapshot/delete')
    if (registers) cluster.push('cluster:admin/repository/put')
    if (registers && config.cleanup.repository) cluster.push('cluster:admin/repository/delete')
  }
  return { cluster, index: [], indexName: undefined }
}
