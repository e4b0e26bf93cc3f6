import type { Config } from '../config/config.ts'
import { isFailure } from '../core/failure.ts'
import { counted } from '../core/units.ts'
import type { PlanQuestions } from '../plan/planning.ts'
import { resolveIndices } from '../plan/resolve-indices.ts'
import { resolveRepository } from '../plan/resolve-repository.ts'
import { sourceAnswers } from '../plan/source-answers.ts'
import { checkConnection } from './checks/connection.ts'
import { checkDisk } from './checks/disk.ts'
import { checkExistingIndex } from './checks/existing-index.ts'
import { checkHealth } from './checks/health.ts'
import { checkReadRights } from './checks/read-rights.ts'
import { checkRepositorySource } from './checks/repository-source.ts'
import { checkRepository } from './checks/repository.ts'
import { TARGET_RIGHTS } from './checks/rights.ts'
import { checkShardLimit } from './checks/shard-limit.ts'
import { checkShardSize } from './checks/shard-size.ts'
import { sourceRights, takesSnapshot } from './checks/source-rights.ts'
import { checkTls } from './checks/tls.ts'
import { checkVersion } from './checks/version.ts'
import { checkWriteRights } from './checks/write-rights.ts'
import type { Examination, ExaminedMigration, ReachedCluster } from './examination.ts'
import { ok, problemOf, warning, type CheckId, type Finding } from './finding.ts'

/**
 * Runs every check of a configuration against the clusters and repositories it names, in an order that is always the same. A
 * check that fails becomes a problem, and the others run nevertheless; what needs a cluster that cannot be reached is left out.
 * Changes nothing, except that the source tries its own write access to a repository that is registered already. Throws only
 * `ABORTED` and faults of the program.
 */
export async function diagnose(config: Config, questions: PlanQuestions, signal: AbortSignal): Promise<Finding[]> {
  const examination: Examination = { config, questions, signal }
  const findings: Finding[] = []
  const reached = new Map<string, ReachedCluster>()
  for (const { side, name } of usedClusters(config)) {
    const wanted = side === 'source' ? config.sources[name]! : config.targets[name]!
    const subject = `${side} ${name}`
    const { cluster, findings: found } = await checkConnection(side, wanted, subject, examination)
    findings.push(...found)
    if (cluster === undefined) continue
    const answers = side === 'source' ? { answers: sourceAnswers(name, cluster, signal) } : {}
    reached.set(subject, { side, wanted, subject, cluster, ...answers })
  }
  for (const cluster of reached.values()) {
    const { subject } = cluster
    const version = checkVersion(cluster)
    findings.push(...checkTls(cluster), ...version)
    if (version.some((finding) => finding.level === 'problem')) {
      reached.delete(subject) // nothing else is worth asking a cluster that cannot be used
      continue
    }
    // A source whose existing snapshots are read may be in any state.
    if (cluster.side === 'target' || takesSnapshot(config, cluster.wanted.name)) {
      findings.push(...(await attempt('health', subject, () => checkHealth(cluster, examination))))
    }
    findings.push(...(await attempt('read-rights', subject, () => checkReadRights(cluster, examination))))
  }
  const migrations = await examineMigrations(reached, examination, findings)
  for (const cluster of reached.values()) {
    if (cluster.side === 'source') findings.push(...(await examineSource(cluster, migrations, examination)))
    else findings.push(...(await examineTarget(cluster, migrations, examination)))
  }
  return findings
}

function usedClusters(config: Config): { readonly side: 'source' | 'target'; readonly name: string }[] {
  const names = (side: 'source' | 'target'): Set<string> => new Set(config.migrations.map((one) => one[side]))
  return (['source', 'target'] as const).flatMap((side) => [...names(side)].map((name) => ({ side, name })))
}

async function attempt(
  id: CheckId,
  subject: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check()
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    return [problemOf(id, subject, error)]
  }
}

async function examineMigrations(
  reached: ReadonlyMap<string, ReachedCluster>,
  examination: Examination,
  findings: Finding[],
): Promise<ExaminedMigration[]> {
  const { config, questions, signal } = examination
  const examined: ExaminedMigration[] = []
  for (const [position, wanted] of config.migrations.entries()) {
    const source = reached.get(`source ${wanted.source}`)?.answers
    if (source === undefined) continue
    const id = `m${position + 1}`
    const subject = `migration ${id} (${wanted.source} → ${wanted.target})`
    const warnings: string[] = []
    const earlier = examined.flatMap((one) => (one.wanted.source === wanted.source ? [one.repository] : []))
    const planning = { id, source, earlier, warnings }
    const found = await attemptValue('repository', subject, findings, () =>
      resolveRepository(config, wanted, planning, questions, signal),
    )
    if (found === undefined) continue
    const resolved = await attemptValue('indices', subject, findings, () =>
      resolveIndices(wanted, planning, found, questions, signal),
    )
    const groups = resolved?.groups.map((group) => group.indices)
    const migration = { wanted, subject, source, repository: found, groups }
    examined.push(migration)
    findings.push(...warnings.map((text) => warning('indices', subject, text, 'Check that this is what you want.')))
    if (groups !== undefined) {
      findings.push(ok('indices', subject, matching(groups.flat().length)))
    }
    findings.push(...(await attempt('repository', subject, () => checkRepository(migration, examination))))
    findings.push(...(await attempt('repository-source', subject, () => checkRepositorySource(migration, examination))))
    findings.push(...checkShardSize(migration))
  }
  return examined
}

function matching(indices: number): string {
  return `${counted(indices, 'index matches', 'indices match')} its patterns`
}

async function attemptValue<T>(
  id: CheckId,
  subject: string,
  findings: Finding[],
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    findings.push(problemOf(id, subject, error))
    return undefined
  }
}

function examineSource(
  source: ReachedCluster,
  migrations: readonly ExaminedMigration[],
  examination: Examination,
): Promise<readonly Finding[]> {
  const needed = sourceRights(examination.config, source.wanted.name, migrations)
  return attempt('write-rights', source.subject, () => checkWriteRights(source, needed, examination))
}

async function examineTarget(
  target: ReachedCluster,
  migrations: readonly ExaminedMigration[],
  examination: Examination,
): Promise<Finding[]> {
  const { subject, wanted } = target
  const own = migrations.filter((migration) => migration.wanted.target === wanted.name)
  const written = own.flatMap(({ wanted: { groups }, groups: found }) =>
    groups.map((group, position) => ({ group, indices: found?.[position] ?? [] })),
  )
  const indices = written.flatMap((group) => group.indices)
  const needed = { ...TARGET_RIGHTS, indexName: indices[0]?.name }
  const findings = [...(await attempt('write-rights', subject, () => checkWriteRights(target, needed, examination)))]
  if (indices.length === 0) return findings
  const sum = (key: 'shards' | 'bytes'): number => indices.reduce((total, index) => total + (index[key] ?? 0), 0)
  findings.push(
    ...(await attempt('shard-limit', subject, () => checkShardLimit(target, sum('shards'), examination))),
    ...(await attempt('disk', subject, () => checkDisk(target, sum('bytes'), examination))),
    ...(await attempt('existing-index', subject, () => checkExistingIndex(target, written, examination))),
  )
  return findings
}
