import { createRepository, getRepository } from '../cluster/repositories.ts'
import { Failure } from '../core/failure.ts'
import type { PlannedMigration } from '../plan/plan.ts'
import { repositorySettings } from './repository-settings.ts'
import type { StepContext } from './step.ts'

/**
 * Registers the repository of a migration on its target, read-only, since a repository has one writer. Journalled before, so that
 * Cleanup removes it. Idempotent. `CONFIG_INVALID` when the target has one of this name that is somebody else's,
 * `CLUSTER_REFUSED` when the target cannot reach the place.
 */
export async function registerOnTarget(migration: PlannedMigration, context: StepContext): Promise<void> {
  const { repository, target: name } = migration
  const target = await context.clusters.target(name)
  const id = `target-repository:${name}/${repository.name}`
  const isOurs = context.openChanges().some((change) => change.id === id)
  if (!isOurs && (await getRepository(target, repository.name, context.signal)) !== undefined) {
    throw new Failure('CONFIG_INVALID', 'it has a repository of this name already', {
      op: 'register',
      subject: `repository ${repository.name} on target ${name}`,
      hint: 'Give the repository another name with snapshotRepo.repoName, or leave registerOnTarget out.',
    })
  }
  await context.recordChange({
    id,
    kind: 'target-repository-registered',
    side: 'target',
    cluster: name,
    subject: repository.name,
  })
  const settings = { ...repositorySettings(migration, target.info), readonly: true }
  await createRepository(target, { name: repository.name, type: repository.type, settings }, context.signal)
  context.log('info', `Registered repository ${repository.name} read-only on target ${name}`)
}
