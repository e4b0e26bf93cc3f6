import { join } from 'node:path'
import type { Config, ConfigMigration, ConfigRepository } from '../config/config.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { environmentRepository } from './environment-repository.ts'
import type { PlanningMigration, PlanQuestions } from './planning.ts'
import type { PlannedRepository, RepositoryOrigin } from './plan.ts'
import { isReadable, requireReadable } from './readable-repository.ts'
import { isReadOnly, placeOf, withoutEndSlash, type RepositoryPlace } from './registered-repository.ts'

/** Name under which this program registers repositories. */
const OWN_NAME = 'backfill-workflow'

/**
 * Finds where the snapshot of a migration lies or is to lie, in this order: the configuration's repository, its default one,
 * the environment's default, the only one registered on the source that can be read here, a folder of the source's `path.repo`
 * that can be read here. What it finds is proven readable, except for the argo engine, whose pods may see more than this
 * machine. `CONFIG_INVALID` with all these ways out when there is none; `REPOSITORY_NOT_FOUND`, `STORE_DENIED`, … when it
 * cannot be read.
 */
export async function resolveRepository(
  config: Config,
  migration: ConfigMigration,
  planning: PlanningMigration,
  questions: PlanQuestions,
  signal: AbortSignal,
): Promise<PlannedRepository> {
  const wanted = wantedRepository(config, migration, questions)
  if (wanted === undefined) return findRepository(migration, planning, questions, signal)
  const found = await fromConfig(wanted.repository, wanted.origin, migration, planning)
  const repository = wanted.repository.registerOnTarget === true ? { ...found, registerOnTarget: true as const } : found
  requireRole(repository, config, migration)
  try {
    await requireReadable(repository, questions, signal)
  } catch (error) {
    if (questions.engine !== 'argo' || !isFailure(error) || error.code === 'ABORTED') throw error
    planning.warnings.push(`Repository ${repository.uri} cannot be read from this machine: ${error.detail}`)
  }
  return repository
}

function wantedRepository(
  config: Config,
  migration: ConfigMigration,
  questions: PlanQuestions,
): { readonly repository: ConfigRepository; readonly origin: RepositoryOrigin } | undefined {
  const own = migration.repository ?? config.sources[migration.source]?.repository
  if (own !== undefined) return { repository: own, origin: 'source' }
  if (config.defaultRepository !== undefined) {
    return { repository: below(config.defaultRepository, migration), origin: 'defaults' }
  }
  const environment = environmentRepository(questions.defaultRepository)
  return environment && { repository: below(environment, migration), origin: 'environment' }
}

/** A location that several sources share gets a folder for each, since a repository has one writer. */
function below(shared: ConfigRepository, migration: ConfigMigration): ConfigRepository {
  if (!migration.snapshot.create) return shared
  switch (shared.type) {
    case 's3':
      return { ...shared, uri: `${withoutEndSlash(shared.uri)}/${migration.source}` }
    case 'fs':
      return {
        ...shared,
        sourcePath: join(shared.sourcePath, migration.source),
        localPath: join(shared.localPath, migration.source),
      }
    case 'registered':
      return shared
  }
}

async function fromConfig(
  wanted: ConfigRepository,
  origin: RepositoryOrigin,
  migration: ConfigMigration,
  planning: PlanningMigration,
): Promise<PlannedRepository> {
  const { source } = planning
  const registered = await source.repositories()
  if (wanted.type === 'registered') {
    const found = registered.find((repository) => repository.name === wanted.name)
    if (found === undefined) throw notRegistered(wanted.name, planning, registered)
    if (migration.snapshot.create && isReadOnly(found)) throw readOnly(found.name, planning)
    const place = await placeOf(found, source)
    const uri = wanted.localPath ?? place.uri
    return { name: found.name, register: false, ...place, uri, origin }
  }
  const place = placeFromConfig(wanted)
  for (const repository of registered) {
    if (repository.type !== wanted.type || !samePlace(await placeOf(repository, source), place)) continue
    if (migration.snapshot.create && isReadOnly(repository)) throw readOnly(repository.name, planning)
    return { name: repository.name, register: false, ...place, origin }
  }
  if (!migration.snapshot.create) return { name: wanted.name ?? OWN_NAME, register: false, ...place, origin }
  const again = planning.earlier.find((earlier) => earlier.type === place.type && samePlace(earlier, place))
  if (again !== undefined) return { ...again, ...place, origin }
  const taken = new Set([...registered, ...planning.earlier].map((repository) => repository.name))
  if (wanted.name !== undefined && taken.has(wanted.name)) throw nameTaken(wanted.name, planning)
  return { name: wanted.name ?? freeName(taken), register: true, ...place, origin }
}

function placeFromConfig(wanted: Exclude<ConfigRepository, { type: 'registered' }>): RepositoryPlace {
  if (wanted.type === 'fs') {
    return { type: 'fs', uri: withoutEndSlash(wanted.localPath), sourcePath: withoutEndSlash(wanted.sourcePath) }
  }
  const { uri, region, endpoint, pathStyle, roleArn, readerRoleArn } = wanted
  return {
    type: 's3',
    uri: withoutEndSlash(uri),
    s3: {
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(pathStyle === undefined ? {} : { pathStyle }),
      ...(roleArn === undefined ? {} : { roleArn }),
      ...(readerRoleArn === undefined ? {} : { readerRoleArn }),
    },
  }
}

/** Two buckets of one name at two services are two places; a registration may leave the service to the server's settings. */
function samePlace(registered: RepositoryPlace, wanted: RepositoryPlace): boolean {
  if (wanted.type === 'fs') return registered.sourcePath === wanted.sourcePath
  const [there, here] = [registered.s3?.endpoint, wanted.s3?.endpoint]
  return registered.uri === wanted.uri && (there === undefined || here === undefined || there === here)
}

/** Registering under a name that is taken would change somebody else's repository. */
function freeName(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? OWN_NAME : `${OWN_NAME}-${number}`
    if (!taken.has(name)) return name
  }
}

/** What to do when nothing is said: the source's own repositories, then its `path.repo`. */
async function findRepository(
  migration: ConfigMigration,
  planning: PlanningMigration,
  questions: PlanQuestions,
  signal: AbortSignal,
): Promise<PlannedRepository> {
  const { source } = planning
  const { create } = migration.snapshot
  const readable: PlannedRepository[] = []
  for (const repository of await source.repositories()) {
    if (!['fs', 's3'].includes(repository.type) || (create && isReadOnly(repository))) continue
    const place = await placeOf(repository, source)
    const candidate = { name: repository.name, register: false, ...place, origin: 'registered' } as const
    if (await isReadable(candidate, questions, signal)) readable.push(candidate)
  }
  if (readable.length === 1) return readable[0]!
  if (create) {
    const { clusterUuid, clusterName } = source.cluster.info
    for (const folder of await source.repositoryFolders()) {
      const parent = { name: OWN_NAME, register: true, type: 'fs', uri: folder } as const
      if (!(await isReadable({ ...parent, origin: 'path.repo' }, questions, signal))) continue
      const path = join(folder, `${OWN_NAME}-${clusterUuid ?? clusterName}`)
      return fromConfig({ type: 'fs', sourcePath: path, localPath: path }, 'path.repo', migration, planning)
    }
  }
  throw nowhere(readable, planning)
}

function nowhere(readable: readonly PlannedRepository[], planning: PlanningMigration): Failure {
  const names = readable.map((repository) => repository.name).join(', ')
  const detail =
    readable.length === 0
      ? 'nothing says where its snapshot is to lie'
      : `its repositories ${names} can all be read here, and nothing says which to use`
  return new Failure('CONFIG_INVALID', detail, {
    op: 'plan migration of',
    subject: `source ${planning.source.name}`,
    hint:
      'Give sourceClusters.<name>.snapshotRepo (s3RepoPathUri and aws_region, or fsRepoPath, or repoName), or ' +
      'defaults.snapshotRepo, or set WORKFLOW_SNAPSHOT_REPO; without these the source needs exactly one registered ' +
      'repository, or a path.repo, that can be read from here.',
  })
}

/** Amazon's managed services register a bucket only together with a role that they assume. */
function requireRole(repository: PlannedRepository, config: Config, { source }: ConfigMigration): void {
  if (!repository.register || repository.type !== 's3' || repository.s3?.roleArn !== undefined) return
  if (config.sources[source]?.auth.kind !== 'sigv4') return
  throw new Failure('CONFIG_INVALID', 'its snapshotRepo has no roleArn', {
    op: 'plan migration of',
    subject: `source ${source}`,
    hint:
      'A managed cluster writes to a bucket only as a role: give the roleArn of one that trusts the service and may write to ' +
      'the bucket; whoever submits needs iam:PassRole for it. Or register the repository yourself and name it with repoName.',
  })
}

function notRegistered(name: string, planning: PlanningMigration, registered: readonly { name: string }[]): Failure {
  const names = registered.map((repository) => repository.name)
  return new Failure('CONFIG_INVALID', `no repository ${name} is registered on it`, {
    op: 'plan migration of',
    subject: `source ${planning.source.name}`,
    hint:
      names.length === 0
        ? 'It has none at all: give snapshotRepo.s3RepoPathUri or snapshotRepo.fsRepoPath instead, and it will be registered.'
        : `Its repositories are ${names.join(', ')}: correct snapshotRepo.repoName.`,
  })
}

function nameTaken(name: string, planning: PlanningMigration): Failure {
  return new Failure('CONFIG_INVALID', `repository name ${name} is taken by one that lies elsewhere`, {
    op: 'plan migration of',
    subject: `source ${planning.source.name}`,
    hint: 'Choose another snapshotRepo.repoName, or leave it out.',
  })
}

function readOnly(name: string, planning: PlanningMigration): Failure {
  return new Failure('CONFIG_INVALID', `repository ${name} is registered read-only, so no snapshot can be taken`, {
    op: 'plan migration of',
    subject: `source ${planning.source.name}`,
    hint: 'Name another repository, or read an existing snapshot with existingSnapshot or snapshot.',
  })
}
