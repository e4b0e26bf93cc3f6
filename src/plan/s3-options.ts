import type { S3Options } from '../blob/s3-options.ts'
import type { PlannedRepository } from './plan.ts'

/** How this program reaches the bucket of a planned repository; empty for folders. The role of the source is none of its business. */
export function s3OptionsOf(repository: Pick<PlannedRepository, 's3'>): S3Options {
  const { region, endpoint, pathStyle, readerRoleArn } = repository.s3 ?? {}
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
    ...(readerRoleArn === undefined ? {} : { role: { roleArn: readerRoleArn } }),
  }
}
