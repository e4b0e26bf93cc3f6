import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import { request } from 'undici'
import { systemClock, type Clock } from '../core/clock.ts'
import { Failure, messageOf } from '../core/failure.ts'
import { foundCredentials } from './found-credentials.ts'
import type { S3Credentials, S3Role } from './s3-options.ts'

const SESSION_NAME = 'backfill-workflow'
const STS_TIMEOUT_MS = 20_000
const MAX_ANSWER_BYTES = 100_000

/** A role to act as, and with what to ask for it. */
export interface RoleOptions extends S3Role {
  /** The region whose token service is asked. */
  readonly region: string
  /** Who asks. Default: the SDK's chain. */
  readonly credentials?: S3Credentials
  readonly clock?: Clock
}

/** Credentials with an end, as the SDK renews them. */
export interface RoleCredentials extends S3Credentials {
  readonly sessionToken: string
  readonly expiration: Date
}

/**
 * A provider that fetches credentials of a role at each call; the SDK calls it again shortly before they end.
 *
 * Failure codes: `STORE_DENIED` (the role may not be assumed, or no credentials to ask with), `STORE_UNREACHABLE`
 * (retryable: no answer, or an error of the service).
 *
 * Source: AWS Security Token Service API reference, "AssumeRole", version 2011-06-15.
 */
export function assumedRole(options: RoleOptions): () => Promise<RoleCredentials> {
  const { roleArn, region, externalId } = options
  const endpoint = new URL(options.stsEndpoint ?? `https://sts.${region}.${domainOf(region)}`)
  const credentials = options.credentials ?? foundCredentials(region, options.clock ?? systemClock)
  const signer = new SignatureV4({ service: 'sts', region, sha256: Sha256, credentials })
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: SESSION_NAME,
    ...(externalId !== undefined && { ExternalId: externalId }),
  })
  return async () => {
    const answer = await post(signer, endpoint, form.toString(), roleArn)
    if (answer.status !== 200) throw refused(answer, roleArn)
    const text = (name: string): string => textOf(answer.body, name) ?? fail(roleArn, `an answer without ${name}`)
    return {
      accessKeyId: text('AccessKeyId'),
      secretAccessKey: text('SecretAccessKey'),
      sessionToken: text('SessionToken'),
      expiration: new Date(text('Expiration')),
    }
  }
}

function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}

interface Answer {
  readonly status: number
  readonly body: string
}

async function post(signer: SignatureV4, endpoint: URL, body: string, roleArn: string): Promise<Answer> {
  const headers = { host: endpoint.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  const { protocol, hostname } = endpoint
  const signed = await signer
    .sign({ method: 'POST', protocol, hostname, path: '/', query: {}, headers, body })
    .catch((error: unknown) => {
      throw new Failure('STORE_DENIED', messageOf(error), {
        op: 'assume role',
        subject: roleArn,
        hint: 'Credentials are needed to ask for the role: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
      })
    })
  try {
    const answer = await request(new URL('/', endpoint), {
      method: 'POST',
      headers: signed.headers,
      body,
      headersTimeout: STS_TIMEOUT_MS,
      bodyTimeout: STS_TIMEOUT_MS,
    })
    return { status: answer.statusCode, body: (await answer.body.text()).slice(0, MAX_ANSWER_BYTES) }
  } catch (error) {
    throw new Failure('STORE_UNREACHABLE', messageOf(error), {
      op: 'assume role',
      subject: roleArn,
      retryable: true,
      cause: error,
    })
  }
}

function refused({ status, body }: Answer, roleArn: string): Failure {
  const detail = `${textOf(body, 'Code') ?? 'error'}: ${textOf(body, 'Message') ?? 'no reason given'} (HTTP ${status})`
  const options = { op: 'assume role', subject: roleArn }
  if (status >= 500 || status === 429) return new Failure('STORE_UNREACHABLE', detail, { ...options, retryable: true })
  const hint = 'Allow sts:AssumeRole to the credentials in use, and name them in the trust policy of the role.'
  return new Failure('STORE_DENIED', detail, { ...options, hint })
}

function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1]
}

function fail(roleArn: string, what: string): never {
  throw new Failure('STORE_UNREACHABLE', `the token service gave ${what}`, { op: 'assume role', subject: roleArn })
}
