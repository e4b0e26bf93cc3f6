import type { ConfigRepository } from '../config/config.ts'
import { Failure } from '../core/failure.ts'
import { withoutEndSlash } from './registered-repository.ts'

const S3_PARTS = ['region', 'endpoint', 'pathStyle', 'roleArn', 'readerRoleArn']
const FOLDER_PARTS = ['sourcePath']

/**
 * The repository that `WORKFLOW_SNAPSHOT_REPO` means; undefined when it is empty. An S3 location says more after a question mark:
 * `s3://bucket/prefix?region=eu-west-1&endpoint=https://minio:9000&pathStyle=true&roleArn=…`; a folder how the source sees it:
 * `file:///snapshots?sourcePath=/mnt/snapshots`. `CONFIG_INVALID` for anything else.
 */
export function environmentRepository(text: string | undefined): ConfigRepository | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const [location = '', query = ''] = text.trim().split(/\?(.*)/s)
  const uri = withoutEndSlash(location)
  if (/^s3:\/\/./i.test(uri)) {
    const { region, endpoint, pathStyle, roleArn, readerRoleArn } = partsOf(query, S3_PARTS, text)
    if (pathStyle !== undefined && pathStyle !== 'true' && pathStyle !== 'false') {
      throw invalid(text, `pathStyle is true or false, not '${pathStyle}'`)
    }
    return {
      type: 's3',
      uri,
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(pathStyle !== undefined
        ? { pathStyle: pathStyle === 'true' }
        : endpoint !== undefined && { pathStyle: true }),
      ...(roleArn === undefined ? {} : { roleArn }),
      ...(readerRoleArn === undefined ? {} : { readerRoleArn }),
    }
  }
  const folder = uri.replace(/^file:\/\//, '')
  if (!folder.startsWith('/')) throw invalid(text, 'neither an absolute folder nor s3://bucket/prefix')
  const { sourcePath = folder } = partsOf(query, FOLDER_PARTS, text)
  if (!sourcePath.startsWith('/')) throw invalid(text, `sourcePath is no absolute folder, but '${sourcePath}'`)
  return { type: 'fs', sourcePath: withoutEndSlash(sourcePath), localPath: folder }
}

/** Parts that are empty count as not given. */
function partsOf(query: string, known: readonly string[], text: string): Record<string, string> {
  const parts: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name)) throw invalid(text, `'${name}' is none of its parts, which are ${known.join(', ')}`)
    if (value !== '') parts[name] = value
  }
  return parts
}

function invalid(text: string, detail: string): Failure {
  return new Failure('CONFIG_INVALID', detail, {
    op: 'read WORKFLOW_SNAPSHOT_REPO',
    subject: text.trim(),
    hint: 'Set it to s3://bucket/prefix, or to a folder that source and this machine see under the same path.',
  })
}
