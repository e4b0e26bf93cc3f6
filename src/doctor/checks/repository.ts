import { listSnapshots } from '../../cluster/snapshots.ts'
import { isFailure } from '../../core/failure.ts'
import { counted } from '../../core/units.ts'
import { openRepository } from '../../repository/open.ts'
import type { Examination, ExaminedMigration } from '../examination.ts'
import { ok, problem, remedyOf, warning, type Finding } from '../finding.ts'

/** Whether what we read is what the source writes: the snapshots that it lists have to be in the place that we look at. */
export async function checkRepository(migration: ExaminedMigration, examination: Examination): Promise<Finding[]> {
  const { subject, source, repository } = migration
  const { questions, signal } = examination
  const place = `${repository.uri} can be read from here`
  if (repository.register) return [ok('repository', subject, `${place}; it is to be registered as ${repository.name}`)]
  let seen: ReadonlySet<string>
  try {
    const opened = await openRepository(await questions.openLocation(repository), signal)
    seen = new Set(opened.snapshots.map((snapshot) => snapshot.name))
  } catch (error) {
    if (!isFailure(error, 'REPOSITORY_NOT_FOUND')) throw error
    seen = new Set() // nobody has taken a snapshot into it yet
  }
  const registered = (await source.repositories()).some(({ name }) => name === repository.name)
  if (!registered) return [ok('repository', subject, `${place}, ${counted(seen.size, 'snapshot')}`)]
  const amountSeen = counted(seen.size, 'snapshot')
  let listed: Awaited<ReturnType<typeof listSnapshots>>
  try {
    listed = await listSnapshots(source.cluster, repository.name, signal)
  } catch (error) {
    if (!isFailure(error, 'CLUSTER_DENIED')) throw error
    const unknown = 'whether the source sees the same place could not be compared'
    return [warning('repository', subject, `${place}, ${amountSeen}; ${unknown}: ${error.message}`, remedyOf(error))]
  }
  const ended = listed.filter(({ state }) => state === 'SUCCESS' || state === 'PARTIAL')
  const unseen = ended.filter(({ name }) => !seen.has(name))
  if (unseen.length === 0) {
    const amount = seen.size === 0 ? 'no snapshot yet' : `${amountSeen}, the same that the source lists`
    return [ok('repository', subject, `${place}: ${amount}`)]
  }
  const detail = `the source lists ${counted(ended.length, 'snapshot')} in ${repository.name}, ${unseen.length} of which cannot be seen in ${repository.uri}`
  if (unseen.length < ended.length) {
    return [warning('repository', subject, detail, 'Look again in a moment; another writer may be at work.')]
  }
  const remedy =
    'This machine sees another place: mount the same folder here and name it with snapshotRepo.localPath, or correct ' +
    'bucket, prefix and endpoint.'
  return [problem('repository', subject, detail, remedy)]
}
