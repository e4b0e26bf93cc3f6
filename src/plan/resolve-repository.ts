import { join } from 'node:path'
import { listNodes } from '../cluster/nodes.ts'
import { listRepositories, type RegisteredRepository } from '../cluster/repositories.ts'
import type { Config, ConfigMigration, ConfigRepository } from '../config/config.ts'
import { Failure } from '../core/failure.ts'
import type { PlanningMigration, PlanQuestions } from './planning.ts'
import type { PlannedRepository } from './plan.ts'

/** Name under which this program registers repositories. */
const OWN_NAME = 'backfill-workflow'

/**
 * Finds where the snapshot of a migration lies or is to lie, in this order: the configuration's repository, its default one,
 * the environment's default, the one registered on the source that can be read here, a folder of the source's `path.repo` that
 * can be read here. `CONFIG_INVALID` with all these ways out when there is none.
 */
export async function resolveRepository(
  config: Config,
  migration: ConfigMigration,
  planning: PlanningMigration,
  questions: PlanQuestions,
  signal: AbortSignal,
): Promise<PlannedRepository> {
  const registered = await listRepositories(planning.source, signal)
  const own = migration.repository ?? config.sources[migration.source]?.repository
  if (own !== undefined) return fromConfig(own, registered, planning)
  const shared = config.defaultRepository ?? fromText(questions.defaultRepository)
  if (shared !== undefined) return fromConfig(below(shared, migration), registered, planning)

  const readable = await readableOnes(registered, questions)
  if (readable.length === 1) return fromRegistered(readable[0]!, undefined, planning)
  if (migration.snapshot.create) {
    for (const node of await listNodes(planning.source, signal)) {
      for (const folder of node.pathRepo) {
        if (!(await questions.canRead(folder))) continue
        const path = join(folder, `${OWN_NAME}-${planning.source.info.clusterUuid ?? planning.source.info.clusterName}`)
        return fromConfig({ type: 'fs', sourcePath: path, localPath: path }, registered, planning)
      }
    }
  }
  throw new Failure('CONFIG_INVALID', 'nothing says where its snapshot is to lie', {
    op: 'plan migration of',
    subject: `source ${planning.sourceName}`,
    hint:
      'Give sourceClusters.<name>.snapshotRepo (s3RepoPathUri and aws_region, or fsRepoPath), or defaults.snapshotRepo, or set ' +
      'WORKFLOW_SNAPSHOT_REPO; without these the source needs exactly one registered repository, or a path.repo, that can be ' +
      'read from here.',
  })
}

function fromConfig(
  wanted: ConfigRepository,
  registered: readonly RegisteredRepository[],
  planning: PlanningMigration,
): PlannedRepository {
  if (wanted.type === 'registered') {
    const found = registered.find((repository) => repository.name === wanted.name)
    if (found !== undefined) return fromRegistered(found, wanted.localPath, planning)
    const names = registered.map((repository) => repository.name)
    throw new Failure('CONFIG_INVALID', `no repository ${wanted.name} is registered`, {
      op: 'plan migration of',
      subject: `source ${planning.sourceName}`,
      hint: names.length === 0 ? 'It has none at all.' : `It has ${names.join(', ')}.`,
    })
  }
  const same = registered.find((repository) => liesAt(repository, wanted))
  const place = { name: same?.name ?? wanted.name ?? OWN_NAME, register: same === undefined }
  if (wanted.type === 'fs') {
    return { ...place, type: 'fs', uri: wanted.localPath, sourcePath: wanted.sourcePath }
  }
  const { uri, region, endpoint, pathStyle, roleArn } = wanted
  return {
    ...place,
    type: 's3',
    uri,
    s3: {
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(pathStyle === undefined ? {} : { pathStyle }),
      ...(roleArn === undefined ? {} : { roleArn }),
    },
  }
}

/** True when a registered repository is the one that the configuration describes. */
function liesAt(repository: RegisteredRepository, wanted: Exclude<ConfigRepository, { type: 'registered' }>): boolean {
  if (repository.type !== wanted.type) return false
  if (wanted.type === 'fs') return text(repository, 'location') === wanted.sourcePath
  return uriOf(repository) === wanted.uri
}

function fromRegistered(
  repository: RegisteredRepository,
  localPath: string | undefined,
  planning: PlanningMigration,
): PlannedRepository {
  const { name, type } = repository
  if (type === 'fs') {
    const location = text(repository, 'location')
    if (location !== undefined) {
      return { name, register: false, type: 'fs', uri: localPath ?? location, sourcePath: location }
    }
  }
  const uri = uriOf(repository)
  if (type === 's3' && uri !== undefined) {
    const [region, endpoint] = [text(repository, 'region'), text(repository, 'endpoint')]
    const pathStyle = text(repository, 'path_style_access') === 'true'
    return {
      name,
      register: false,
      type: 's3',
      uri,
      s3: {
        ...(region === undefined ? {} : { region }),
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(pathStyle ? { pathStyle } : {}),
      },
    }
  }
  throw new Failure('CONFIG_INVALID', `repository ${name} is of type ${type}, which cannot be read yet`, {
    op: 'plan migration of',
    subject: `source ${planning.sourceName}`,
    hint: 'Repositories of type fs and s3 can be read.',
  })
}

/** A location that several sources share gets a folder for each, since a repository has one writer. */
function below(shared: ConfigRepository, migration: ConfigMigration): ConfigRepository {
  if (!migration.snapshot.create) return shared
  switch (shared.type) {
    case 's3':
      return { ...shared, uri: `${shared.uri}/${migration.source}` }
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

function fromText(location: string | undefined): ConfigRepository | undefined {
  if (location === undefined || location === '') return undefined
  const uri = location.replace(/\/+$/, '')
  if (uri.startsWith('s3://')) return { type: 's3', uri }
  return { type: 'fs', sourcePath: uri, localPath: uri }
}

async function readableOnes(
  registered: readonly RegisteredRepository[],
  questions: PlanQuestions,
): Promise<RegisteredRepository[]> {
  const readable: RegisteredRepository[] = []
  for (const repository of registered) {
    const location = text(repository, 'location')
    const usable =
      repository.type === 's3'
        ? uriOf(repository) !== undefined
        : repository.type === 'fs' && location?.startsWith('/') === true && (await questions.canRead(location))
    if (usable) readable.push(repository)
  }
  return readable
}

function uriOf(repository: RegisteredRepository): string | undefined {
  const bucket = text(repository, 'bucket')
  if (bucket === undefined) return undefined
  const basePath = (text(repository, 'base_path') ?? '').replace(/^\/+|\/+$/g, '')
  return basePath === '' ? `s3://${bucket}` : `s3://${bucket}/${basePath}`
}

function text({ settings }: RegisteredRepository, name: string): string | undefined {
  const value = settings[name]
  return typeof value === 'string' ? value : undefined
}
