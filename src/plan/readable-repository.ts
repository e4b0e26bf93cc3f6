import { dirname } from 'node:path'
import { Failure, isFailure } from '../core/failure.ts'
import type { PlannedRepository } from './plan.ts'
import type { PlanQuestions } from './planning.ts'

/**
 * Proves that this machine can list the place of a repository. A folder that the source is still to make counts as readable
 * when the one above it is. Codes as `openStore` and listing; for a folder the hint says how to name it as it is seen here.
 */
export async function requireReadable(
  repository: PlannedRepository,
  questions: Pick<PlanQuestions, 'openLocation'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await listOnce(repository, questions, signal)
  } catch (error) {
    if (repository.type !== 'fs' || !isFailure(error, 'REPOSITORY_NOT_FOUND', 'STORE_DENIED')) throw error
    if (isFailure(error, 'REPOSITORY_NOT_FOUND') && repository.register && (await parentIsThere())) return
    throw new Failure(error.code, error.detail, {
      op: 'read repository',
      subject: repository.uri,
      hint:
        'The folder of the snapshots has to be seen by this machine as well: mount it here, and give its path here with ' +
        'snapshotRepo.localPath where it differs from the path on the source.',
      cause: error,
    })
  }

  async function parentIsThere(): Promise<boolean> {
    const parent = dirname(repository.uri)
    return parent !== '/' && (await isReadable({ ...repository, uri: parent }, questions, signal))
  }
}

/** True when this machine can list the place of a repository as it is now. */
export async function isReadable(
  repository: PlannedRepository,
  questions: Pick<PlanQuestions, 'openLocation'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await listOnce(repository, questions, signal)
    return true
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    return false
  }
}

async function listOnce(
  repository: PlannedRepository,
  questions: Pick<PlanQuestions, 'openLocation'>,
  signal: AbortSignal,
): Promise<void> {
  const { store } = await questions.openLocation(repository)
  // One entry proves as much as all of them.
  await store.list('', { delimiter: true }, signal)[Symbol.asyncIterator]().next()
}
