import type * as Sdk from '@aws-sdk/client-s3'
import { systemClock } from '../core/clock.ts'
import { Failure, messageOf } from '../core/failure.ts'
import type { S3Options } from './s3-options.ts'

const DEFAULT_CONNECT_MS = 10_000
const DEFAULT_CONNECTIONS = 256
const REGION_OF_OTHERS = 'us-east-1'

const silent = (): void => undefined

/**
 * A client for one bucket, without retries and deadlines of its own: those are wrappers and the watchdog of the store.
 *
 * Failure codes: `CONFIG_INVALID` when no region is known or the shared configuration cannot be read.
 */
export async function s3Client(sdk: typeof Sdk, bucket: string, options: S3Options): Promise<Sdk.S3Client> {
  const agent = { keepAlive: true, maxSockets: options.maxConnections ?? DEFAULT_CONNECTIONS }
  const region = options.region ?? (await configuredRegion(sdk, bucket, options))
  const credentials = await credentialsOf(region, options)
  return new sdk.S3Client({
    region,
    maxAttempts: 1,
    // A range has no checksum of its own, but some services send that of the whole blob along.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    forcePathStyle: options.pathStyle ?? options.endpoint !== undefined,
    requestHandler: {
      connectionTimeout: options.connectMs ?? DEFAULT_CONNECT_MS,
      socketTimeout: 0,
      httpAgent: agent,
      httpsAgent: agent,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
    },
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    credentials,
  })
}

/** The region of the environment or the shared configuration; services other than Amazon's mostly do not care. */
async function configuredRegion(sdk: typeof Sdk, bucket: string, { endpoint }: S3Options): Promise<string> {
  const client = new sdk.S3Client({})
  try {
    return await client.config.region()
  } catch (error) {
    if (endpoint !== undefined) return REGION_OF_OTHERS
    throw new Failure('CONFIG_INVALID', `no region (${messageOf(error)})`, {
      op: 'open',
      subject: `s3://${bucket}`,
      hint: 'Set the region of the bucket in the configuration, or AWS_REGION.',
      cause: error,
    })
  } finally {
    client.destroy()
  }
}

async function credentialsOf(
  region: string,
  { role, credentials, clock = systemClock }: S3Options,
): Promise<NonNullable<Sdk.S3ClientConfig['credentials']>> {
  if (role !== undefined) {
    const { assumedRole } = await import('./assume-role.ts')
    return assumedRole({ ...role, region, clock, ...(credentials !== undefined && { credentials }) })
  }
  if (credentials !== undefined) return credentials
  const { foundCredentials } = await import('./found-credentials.ts')
  return foundCredentials(region, clock)
}
