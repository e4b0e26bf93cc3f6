import { Failure, messageOf } from '../core/failure.ts'
import type { Endpoint } from './endpoint.ts'
import { probeTls, type ServerCertificate } from './tls-probe.ts'

/** A request that got no answer: the failure, and whether the server can have seen the request. */
export interface NoAnswer {
  readonly failure: Failure
  /** False when the connection never came about, so that sending again is safe for any request. */
  readonly sent: boolean
}

/** How long the handshake that explains a failure may take. */
const PROBE_TIMEOUT_MS = 3_000

/** Error codes that can only come before the first byte of a request is sent. */
const BEFORE_SENDING: Readonly<Record<string, (endpoint: Endpoint) => string>> = {
  ENOTFOUND: (endpoint) => `host name ${endpoint.host} is not known to DNS`,
  EAI_AGAIN: (endpoint) => `DNS did not answer for host name ${endpoint.host}`,
  ECONNREFUSED: (endpoint) => `connection refused: nothing listens on port ${endpoint.port} of ${endpoint.host}`,
  EHOSTUNREACH: (endpoint) => `no route to host ${endpoint.host}`,
  ENETUNREACH: (endpoint) => `no route to the network of host ${endpoint.host}`,
  EADDRNOTAVAIL: (endpoint) => `no local address can reach host ${endpoint.host}`,
  UND_ERR_CONNECT_TIMEOUT: (endpoint) =>
    `no connection to port ${endpoint.port} of ${endpoint.host} in the time allowed`,
  ETIMEDOUT: (endpoint) => `no connection to port ${endpoint.port} of ${endpoint.host} in the time allowed`,
}

/** Error codes of a connection that broke while a request was on its way. */
const BROKEN: Readonly<Record<string, string>> = {
  ECONNRESET: 'connection reset before the answer was complete',
  EPIPE: 'connection closed while the request was being sent',
  UND_ERR_SOCKET: 'connection closed before the answer was complete',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in the time allowed',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped coming',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is shorter than its length says',
}

/** What is wrong with a certificate, by the verifier's code. */
const TLS_PROBLEMS: Readonly<Record<string, (certificate: ServerCertificate | undefined) => string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: () => 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: () => 'the certificate was issued by an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => 'the certificate was issued by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: () => 'the certificate was issued by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => 'the certificate was issued by an authority that is not trusted here',
  CERT_SIGNATURE_FAILURE: () => 'the signature of the certificate does not fit the authority given',
  CERT_HAS_EXPIRED: (certificate) => `the certificate expired${certificate ? ` on ${certificate.validTo}` : ''}`,
  CERT_NOT_YET_VALID: (certificate) =>
    `the certificate is not valid before ${certificate?.validFrom ?? 'a later date'} by this machine's clock`,
  ERR_TLS_CERT_ALTNAME_INVALID: (certificate) =>
    `the certificate is made out to other names${certificate ? ` (${certificate.names || certificate.subject})` : ''}`,
}

const CLIENT_CERTIFICATE_HINT = 'If the cluster asks for a client certificate, give one with authConfig.mtls.'
const TRUST_HINT = 'Give the authority that issued it with tls.caFile; tls.verify: false accepts any certificate.'
const TLS_HINTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'Renew the certificate on the cluster; tls.verify: false accepts it as it is.',
  CERT_NOT_YET_VALID: 'Check the clock of this machine; tls.verify: false accepts the certificate as it is.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Use an endpoint with one of these names; tls.verify: false accepts the certificate as it is.',
}

/** Says in words why a request got no answer; asks the server for its certificate where that explains it. */
export async function explainNoAnswer(error: unknown, endpoint: Endpoint, request: string): Promise<NoAnswer> {
  const code = codeOf(error)
  const options = { op: 'send', subject: request, cause: error }
  const before = BEFORE_SENDING[code]
  if (before !== undefined) {
    return {
      sent: false,
      failure: new Failure('CLUSTER_UNREACHABLE', before(endpoint), { ...options, retryable: true }),
    }
  }
  const tls = TLS_PROBLEMS[code]
  if (tls !== undefined) {
    const certificate = await probeTls(endpoint, PROBE_TIMEOUT_MS)
    const who = certificate ? `; subject ${certificate.subject}, issuer ${certificate.issuer}` : ''
    const detail = `${tls(certificate)}${who}`
    return {
      sent: false,
      failure: new Failure('CLUSTER_TLS', detail, { ...options, hint: TLS_HINTS[code] ?? TRUST_HINT }),
    }
  }
  if (endpoint.scheme === 'https' && speaksNoTls(code, error)) {
    const hint = 'Begin the endpoint with http://, or use the port on which the cluster speaks TLS.'
    const detail = `port ${endpoint.port} of ${endpoint.host} does not speak TLS, but the endpoint begins with https://`
    return { sent: false, failure: new Failure('CLUSTER_TLS', detail, { ...options, hint }) }
  }
  if (code.includes('ALERT')) {
    const detail = `the server broke off the TLS handshake (${alertOf(error)})`
    return { sent: false, failure: new Failure('CLUSTER_TLS', detail, { ...options, hint: CLIENT_CERTIFICATE_HINT }) }
  }
  if (endpoint.scheme === 'http' && (await probeTls(endpoint, PROBE_TIMEOUT_MS)) !== undefined) {
    const detail = `port ${endpoint.port} of ${endpoint.host} speaks TLS, but the endpoint begins with http://`
    const hint = 'Begin the endpoint with https://.'
    return { sent: false, failure: new Failure('CLUSTER_TLS', detail, { ...options, hint }) }
  }
  if (isNoHttp(code, error)) {
    const detail = `port ${endpoint.port} of ${endpoint.host} answers, but not in HTTP`
    const hint = 'Use the HTTP port of the cluster, mostly 9200; 9300 is for its nodes among themselves.'
    return { sent: true, failure: new Failure('CLUSTER_NOT_ONE', detail, { ...options, hint }) }
  }
  const detail = BROKEN[code] ?? messageOf(error)
  // Some servers close the connection without an alert when the client shows no certificate.
  const hint = endpoint.scheme === 'https' && { hint: CLIENT_CERTIFICATE_HINT }
  return { sent: true, failure: new Failure('CLUSTER_UNREACHABLE', detail, { ...options, ...hint, retryable: true }) }
}

/** The code of an error or of the first of its causes that has one (happy eyeballs reports several errors as one). */
function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
    at = at instanceof AggregateError ? at.errors[0] : at.cause
  }
  return ''
}

function isNoHttp(code: string, error: unknown): boolean {
  return code.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError')
}

function speaksNoTls(code: string, error: unknown): boolean {
  return (
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' ||
    (code === 'EPROTO' && /wrong version number|packet length too long|http request/i.test(messageOf(error)))
  )
}

function alertOf(error: unknown): string {
  return /alert ([a-z ]+[a-z])/.exec(messageOf(error))?.[1] ?? messageOf(error)
}
