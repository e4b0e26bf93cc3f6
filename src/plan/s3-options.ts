import type { S3Options } from '../blob/s3-options.ts'
import type { PlannedRepository } from './plan.ts'

/** How to reach the bucket of a planned repository; empty for folders. */
export function s3OptionsOf(repository: Pick<PlannedRepository, 's3'>): S3Options {
  const { region, endpoint, pathStyle, roleArn } = repository.s3 ?? {}
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
    ...(roleArn === undefined ? {} : { role: { roleArn } }),
  }
}
