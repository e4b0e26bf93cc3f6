import * as z from 'zod'
import { call } from '../../cluster/call.ts'
import { verifyRepository } from '../../cluster/repositories.ts'
import { isFailure, type Failure } from '../../core/failure.ts'
import { counted } from '../../core/units.ts'
import type { SourceAnswers } from '../../plan/source-answers.ts'
import type { Examination, ExaminedMigration } from '../examination.ts'
import { ok, problem, remedyOf, warning, type Finding } from '../finding.ts'

const named = z.array(z.object({ name: z.string() })).default([])
const pluginsSchema = z.object({ nodes: z.record(z.string(), z.object({ plugins: named, modules: named })) })

/**
 * Whether every node of the source can write to the repository. One that is registered is verified by the source itself;
 * of one that is still to be registered only the preconditions can be looked at without changing anything.
 */
export async function checkRepositorySource(
  { subject, source, repository, wanted }: ExaminedMigration,
  { signal }: Examination,
): Promise<Finding[]> {
  if (!wanted.snapshot.create) return []
  if (!repository.register) {
    try {
      const nodes = await verifyRepository(source.cluster, repository.name, signal)
      const who = counted(nodes.length, 'node')
      return [ok('repository-source', subject, `the source verified ${repository.name}: ${who} can write to it`)]
    } catch (error) {
      if (isFailure(error, 'CLUSTER_DENIED')) return [untried(subject, error, 'whether every node can write to it')]
      if (!isFailure(error, 'CLUSTER_REFUSED')) throw error
      const remedy = 'Every node that holds data has to see the place and be allowed to write to it.'
      const detail = `the source could not verify repository ${repository.name}: ${error.detail}`
      return [problem('repository-source', subject, detail, error.hint ?? remedy)]
    }
  }
  try {
    return repository.type === 'fs'
      ? await checkFolder(repository.sourcePath ?? repository.uri, subject, source)
      : await checkS3(subject, source, signal)
  } catch (error) {
    if (!isFailure(error, 'CLUSTER_DENIED')) throw error
    return [untried(subject, error, 'whether its nodes can use the place')]
  }
}

/** What only this examination asks, and no run: it may be refused. */
function untried(subject: string, denied: Failure, what: string): Finding {
  return warning('repository-source', subject, `${what} could not be tried: ${denied.message}`, remedyOf(denied))
}

async function checkFolder(folder: string, subject: string, source: SourceAnswers): Promise<Finding[]> {
  const folders = await source.repositoryFolders()
  const allowed = folders.some((allowedIn) => folder === allowedIn || folder.startsWith(withSlash(allowedIn)))
  if (allowed) {
    const untried = 'whether every node can write to it could not be tried without registering it'
    return [ok('repository-source', subject, `${folder} is within path.repo of the source; ${untried}`)]
  }
  const has = folders.length === 0 ? 'it has no path.repo at all' : `path.repo is ${folders.join(', ')}`
  const remedy = `Add ${folder} to path.repo on every node and restart them, or choose a folder within it.`
  return [problem('repository-source', subject, `the source may not use ${folder} as a repository: ${has}`, remedy)]
}

async function checkS3(subject: string, source: SourceAnswers, signal: AbortSignal): Promise<Finding[]> {
  const wanted = { method: 'GET', path: ['_nodes', 'plugins'] } as const
  const { nodes } = await call(source.cluster, wanted, pluginsSchema, signal)
  const without = Object.values(nodes).filter(
    ({ plugins, modules }) => ![...plugins, ...modules].some(({ name }) => /repository-s3|cloud-aws/.test(name)),
  )
  const untried = 'whether its credentials reach the bucket could not be tried without registering it'
  if (without.length === 0) {
    return [ok('repository-source', subject, `the source has repositories of type s3; ${untried}`)]
  }
  const detail = `the plugin repository-s3 is not shown by ${without.length} of ${counted(Object.keys(nodes).length, 'node')} of the source`
  const remedy = 'Install repository-s3 on every node, unless the service that runs the cluster has it built in.'
  return [warning('repository-source', subject, `${detail}; ${untried}`, remedy)]
}

function withSlash(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`
}
