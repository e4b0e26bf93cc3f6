import { aborted } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'

/** What a request to S3 was for, as its failures tell it. */
export interface S3Request {
  readonly op: string
  /** `s3://bucket` or `s3://bucket/key`. */
  readonly subject: string
  /** The permission that the request needs, such as `s3:GetObject`. */
  readonly right: string
}

const THROTTLED = ['SlowDown', 'Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException']
const WRONG_REGION = ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']
const DENIED: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'The store does not know the access key: check which credentials are in use.',
  SignatureDoesNotMatch: 'The secret key does not belong to the access key: check both.',
  ExpiredToken: 'The temporary credentials are too old: get new ones.',
  ExpiredTokenException: 'The temporary credentials are too old: get new ones.',
  TokenRefreshRequired: 'The temporary credentials are too old: get new ones.',
  InvalidToken: 'The session token does not belong to the access key: check both.',
  RequestTimeTooSkewed: 'Set the clock of this machine right.',
  InvalidObjectState: 'The object is archived: restore it to a class that can be read at once.',
  CredentialsProviderError:
    'No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached.',
}
const NOT_TRANSIENT: Readonly<Record<string, string>> = {
  EPROTO: 'The endpoint does not speak TLS: an address that starts with http:// may be meant.',
  CERT_HAS_EXPIRED: 'The certificate of the endpoint has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'The certificate is for another host name; for bucket names with dots use path style addressing.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Name the authority that signed the certificate in NODE_EXTRA_CA_CERTS.',
  SELF_SIGNED_CERT_IN_CHAIN: 'Name the authority that signed the certificate in NODE_EXTRA_CA_CERTS.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Name the authority that signed the certificate in NODE_EXTRA_CA_CERTS.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'Name the authority that signed the certificate in NODE_EXTRA_CA_CERTS.',
}

/**
 * The failure for whatever the SDK threw. Errors of the service are not kept as cause: they can quote signed headers.
 *
 * Source: Amazon S3 API reference, "Error responses".
 */
export function s3Failure(error: unknown, request: S3Request, signal: AbortSignal): Failure {
  if (signal.aborted) return aborted(signal)
  if (error instanceof Failure) return error
  const { op, subject } = request
  const seen = look(error)
  const answered = seen.status !== undefined && seen.status >= 300
  if (!answered && seen.name !== 'CredentialsProviderError') return networkFailure(error, seen, request)
  const detail = describe(seen)
  const retryable = { op, subject, retryable: true }

  if (seen.name === 'NoSuchBucket') {
    const hint = 'Check the name of the bucket, the endpoint and whether path style addressing is needed.'
    return new Failure('REPOSITORY_NOT_FOUND', detail, { op, subject, hint })
  }
  if (seen.status === 301 || WRONG_REGION.includes(seen.name) || (seen.status === 400 && seen.region !== undefined)) {
    const where = seen.region === undefined ? 'another region' : `region ${seen.region}`
    const region = seen.region === undefined ? 'the region of the bucket' : `the region ${seen.region}`
    const hint = `Set ${region}: aws_region of snapshotRepo, or --region on the command line.`
    return new Failure('CONFIG_INVALID', `the bucket lies in ${where} (${detail})`, { op, subject, hint })
  }
  if (THROTTLED.includes(seen.name) || seen.status === 503 || seen.status === 429) {
    return new Failure('STORE_THROTTLED', detail, retryable)
  }
  if (seen.name in DENIED || seen.status === 403 || seen.status === 401) {
    const hint = DENIED[seen.name] ?? deniedHint(request)
    return new Failure('STORE_DENIED', detail, { op, subject, hint })
  }
  if (seen.status === 404) return new Failure('BLOB_NOT_FOUND', detail, { op, subject })
  if (seen.status === 408 || seen.name === 'RequestTimeout' || (seen.status !== undefined && seen.status >= 500)) {
    return new Failure('STORE_UNREACHABLE', detail, { ...retryable, retryable: seen.status !== 501 })
  }
  const hint = 'Check that the endpoint is an S3 service and that the name of the bucket is right.'
  return new Failure('STORE_UNREACHABLE', detail, { op, subject, hint })
}

function deniedHint({ right }: S3Request): string {
  const key = right === 's3:GetObject' ? ', and kms:Decrypt when it is encrypted with a KMS key' : ''
  return `Grant ${right}${key} to the credentials in use; without s3:ListBucket a missing object is answered like this too.`
}

/** The parts of an SDK error that failures are made of. */
interface Seen {
  readonly name: string
  readonly message: string
  /** Of the system call that failed, if one did. */
  readonly code: string
  /** HTTP status, if there was an answer; below 300 its body broke off or is not understood. */
  readonly status: number | undefined
  readonly requestId: string | undefined
  /** The region that the service names as the right one. */
  readonly region: string | undefined
}

function look(error: unknown): Seen {
  const object = (typeof error === 'object' ? error : undefined) ?? {}
  const at = (value: unknown, ...path: readonly string[]): unknown =>
    path.reduce<unknown>((outer, name) => (outer as Record<string, unknown> | undefined)?.[name], value)
  const text = (...path: readonly string[]): string | undefined => {
    const value = at(object, ...path)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const status = at(object, '$metadata', 'httpStatusCode') ?? at(object, '$response', 'statusCode')
  const message = text('message') ?? String(error)
  return {
    name: text('name') ?? 'Error',
    message,
    code: text('code') ?? '',
    status: typeof status === 'number' ? status : undefined,
    requestId: text('$metadata', 'requestId'),
    region:
      text('$response', 'headers', 'x-amz-bucket-region') ??
      text('Region') ??
      /expecting '([a-z0-9-]+)'/.exec(message)?.[1],
  }
}

/** What the SDK adds to an answer that it cannot read. */
const UNREADABLE = /Deserialization error|XML parse error/

function describe(seen: Seen): string {
  if (UNREADABLE.test(seen.message)) return `what answers does not speak S3 (HTTP ${seen.status ?? 'without status'})`
  const said = seen.message === 'UnknownError' || seen.message === '' ? '' : `: ${seen.message.replace(/\.$/, '')}`
  const id = seen.requestId === undefined ? '' : `, request ${seen.requestId}`
  return seen.status === undefined ? `${seen.name}${said}` : `${seen.name}${said} (HTTP ${seen.status}${id})`
}

/** OpenSSL's errors name functions and lines of its sources; the reason is what is left to tell. */
function withoutInternals(message: string): string {
  if (UNREADABLE.test(message)) return 'the answer broke off, or is none of S3'
  const reason = /:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1]
  return reason === undefined ? message.trim() : `no TLS connection: ${reason}`
}

function networkFailure(error: unknown, seen: Seen, { op, subject }: S3Request): Failure {
  const hint = NOT_TRANSIENT[seen.code]
  return new Failure('STORE_UNREACHABLE', withoutInternals(seen.message) || seen.code, {
    op,
    subject,
    cause: error,
    retryable: hint === undefined,
    ...(hint !== undefined && { hint }),
  })
}
