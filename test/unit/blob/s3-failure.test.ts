import { expect, test } from 'vitest'
import { s3Failure } from '../../../src/blob/s3-failure.ts'
import type { ErrorCode } from '../../../src/core/error-codes.ts'

const { signal } = new AbortController()
const request = { op: 'read', subject: 's3://bucket/key', right: 's3:GetObject' }

function thrown(name: string, status: number | undefined, more: object = {}): Error {
  const $metadata = { httpStatusCode: status, requestId: 'R1' }
  return Object.assign(new Error('what the service says.'), { name, $metadata, ...more })
}

const answers: readonly (readonly [string, number | undefined, ErrorCode, boolean])[] = [
  ['NoSuchKey', 404, 'BLOB_NOT_FOUND', false],
  ['NotFound', 404, 'BLOB_NOT_FOUND', false],
  ['NoSuchBucket', 404, 'REPOSITORY_NOT_FOUND', false],
  ['AccessDenied', 403, 'STORE_DENIED', false],
  ['RequestTimeTooSkewed', 403, 'STORE_DENIED', false],
  ['ExpiredToken', 400, 'STORE_DENIED', false],
  ['InvalidToken', 400, 'STORE_DENIED', false],
  ['InvalidObjectState', 403, 'STORE_DENIED', false],
  ['CredentialsProviderError', undefined, 'STORE_DENIED', false],
  ['PermanentRedirect', 301, 'CONFIG_INVALID', false],
  ['AuthorizationHeaderMalformed', 400, 'CONFIG_INVALID', false],
  ['SlowDown', 503, 'STORE_THROTTLED', true],
  ['Unknown', 429, 'STORE_THROTTLED', true],
  ['InternalError', 500, 'STORE_UNREACHABLE', true],
  ['RequestTimeout', 400, 'STORE_UNREACHABLE', true],
  ['NotImplemented', 501, 'STORE_UNREACHABLE', false],
  ['InvalidBucketName', 400, 'STORE_UNREACHABLE', false],
  ['SyntaxError', 200, 'STORE_UNREACHABLE', true],
  ['TimeoutError', undefined, 'STORE_UNREACHABLE', true],
]

test.each(answers)('%s with status %s is %s', (name, status, code, retryable) => {
  expect(s3Failure(thrown(name, status), request, signal)).toMatchObject({ code, retryable, op: 'read' })
})

test('the answer of the service is told with its status and request', () => {
  const failure = s3Failure(thrown('AccessDenied', 403), request, signal)
  expect(failure.message).toBe('read s3://bucket/key: AccessDenied: what the service says (HTTP 403, request R1)')
  expect(failure.hint).toContain('s3:GetObject')
})

test('errors of the service are not kept, since they can quote what was signed', () => {
  const error = thrown('SignatureDoesNotMatch', 403, { CanonicalRequest: 'x-amz-security-token:SECRET' })
  const failure = s3Failure(error, request, signal)
  expect(failure.cause).toBeUndefined()
  expect(JSON.stringify(failure)).not.toContain('SECRET')
})

test('the right region is named wherever the service says it', () => {
  const places = [
    thrown('PermanentRedirect', 301, { $response: { headers: { 'x-amz-bucket-region': 'eu-west-3' } } }),
    thrown('BadRequest', 400, { $response: { headers: { 'x-amz-bucket-region': 'eu-west-3' } } }),
    thrown('AuthorizationHeaderMalformed', 400, { Region: 'eu-west-3' }),
    thrown('AuthorizationHeaderMalformed', 400, { message: "'us-east-1' is wrong; expecting 'eu-west-3'" }),
  ]
  for (const error of places) {
    expect(s3Failure(error, request, signal)).toMatchObject({
      code: 'CONFIG_INVALID',
      hint: 'Set the region eu-west-3: aws_region of snapshotRepo, or --region on the command line.',
    })
  }
})

test('a certificate that is not trusted is not retried, a connection that broke is', () => {
  const code = (name: string): object => s3Failure(Object.assign(new Error('x'), { code: name }), request, signal)
  expect(code('SELF_SIGNED_CERT_IN_CHAIN')).toMatchObject({ retryable: false })
  expect(code('EPROTO')).toMatchObject({ retryable: false })
  for (const name of ['ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']) {
    expect(code(name)).toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true })
  }
})

test('whatever was thrown after the signal fired is ABORTED', () => {
  expect(s3Failure(thrown('AbortError', undefined), request, AbortSignal.abort())).toMatchObject({ code: 'ABORTED' })
})

test('an answer that is none of S3, and a TLS handshake that fails, are told without the words of libraries', () => {
  const page = Object.assign(
    new Error('@aws-sdk XML parse error: unexpected content.\n  Deserialization error: to see …'),
    {
      $metadata: { httpStatusCode: 400 },
    },
  )
  const plain = Object.assign(
    new Error('write EPROTO 809C:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../record.c:350:\n'),
    { code: 'EPROTO' },
  )
  const detail = (error: Error): string => s3Failure(error, request, new AbortController().signal).detail
  expect(detail(page)).toBe('what answers does not speak S3 (HTTP 400)')
  expect(detail(plain)).toBe('no TLS connection: wrong version number')
})
