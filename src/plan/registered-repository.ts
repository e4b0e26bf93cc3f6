import { join } from 'node:path'
import type { RegisteredRepository } from '../cluster/repositories.ts'
import { Failure } from '../core/failure.ts'
import type { PlannedRepository } from './plan.ts'
import type { SourceAnswers } from './source-answers.ts'

/** Where a registered repository lies. */
export type RepositoryPlace = Pick<PlannedRepository, 'type' | 'uri' | 'sourcePath' | 's3'>

/**
 * Where a registered repository lies, as its settings say; a relative folder is one below the first of the source's
 * `path.repo`. `CONFIG_INVALID` for types that cannot be read.
 */
export async function placeOf(repository: RegisteredRepository, source: SourceAnswers): Promise<RepositoryPlace> {
  const { name, type } = repository
  const location = text(repository, 'location')
  if (type === 'fs' && location !== undefined) {
    const base = location.startsWith('/') ? '/' : ((await source.repositoryFolders())[0] ?? '/')
    const folder = withoutEndSlash(join(base, location, text(repository, 'base_path') ?? ''))
    return { type: 'fs', uri: folder, sourcePath: folder }
  }
  const bucket = text(repository, 'bucket')
  if (type === 's3' && bucket !== undefined) {
    const prefix = (text(repository, 'base_path') ?? '').replace(/^\/+|\/+$/g, '')
    const [region, endpoint] = [text(repository, 'region'), text(repository, 'endpoint')]
    return {
      type: 's3',
      uri: prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`,
      s3: {
        ...(region === undefined ? {} : { region }),
        ...(endpoint === undefined ? {} : { endpoint: withScheme(endpoint) }),
        ...(text(repository, 'path_style_access') === 'true' ? { pathStyle: true } : {}),
      },
    }
  }
  throw new Failure('CONFIG_INVALID', `repository ${name} is of type ${type}, which this release does not read`, {
    op: 'plan migration of',
    subject: `source ${source.name}`,
    hint: 'Repositories of type fs and s3 can be read: register one, or give sourceClusters.<name>.snapshotRepo.',
  })
}

/** True when the source may only read the repository, so that it can take no snapshot into it. */
export function isReadOnly(repository: RegisteredRepository): boolean {
  return text(repository, 'readonly') === 'true' || text(repository, 'read_only') === 'true'
}

/** The path without slashes at its end. */
export function withoutEndSlash(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}

/** Settings of servers may leave the scheme out, which then is https. */
function withScheme(endpoint: string): string {
  return endpoint.includes('://') ? endpoint : `https://${endpoint}`
}

function text({ settings }: RegisteredRepository, name: string): string | undefined {
  const value = settings[name]
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
