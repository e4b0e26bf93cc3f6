import { defaultProvider } from '@aws-sdk/credential-provider-node'
import type { Clock } from '../core/clock.ts'
import type { S3Credentials } from './s3-options.ts'

/** Credentials that the SDK's chain has found. */
export interface FoundCredentials extends S3Credentials {
  /** When they are to be asked for again. */
  readonly expiration: Date
}

const KEEP_MS = 5000

/**
 * A provider of what the SDK's chain finds. Credentials without an end, such as those of a file, are looked for again after five
 * seconds: a mounted Secret may change while the program runs. The rest is renewed as the SDK does.
 */
export function foundCredentials(region: string, clock: Clock): () => Promise<FoundCredentials> {
  const find = defaultProvider({ ignoreCache: true, clientConfig: { region } })
  let kept: { readonly credentials: FoundCredentials; readonly until: number } | undefined
  return async () => {
    if (kept !== undefined && clock.monotonic() < kept.until) return kept.credentials
    const { expiration, ...found } = await find({ forceRefresh: true })
    if (expiration !== undefined) return { ...found, expiration }
    // The SDK asks again for whatever ends within five minutes.
    const credentials = { ...found, expiration: new Date(clock.now() + KEEP_MS) }
    kept = { credentials, until: clock.monotonic() + KEEP_MS }
    return credentials
  }
}
