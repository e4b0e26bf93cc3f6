import { Failure, messageOf, type FailureOptions } from '../core/failure.ts'

/** The answer of the server to a call that it did not carry out. */
export interface KubeRefusal {
  readonly status: number
  /** Its `Status` object, or what else it sent. */
  readonly body: string
}

/** What was asked for, in the words of roles. */
export interface KubeCall {
  /** `get`, `list`, `create`, `update`, `patch`, `delete`. */
  readonly verb: string
  /** `workflows.argoproj.io`, `pods/log`. */
  readonly resource: string
  readonly namespace: string
  readonly name?: string
}

/** Code of an error: no connection came about in the time allowed. */
export const NO_CONNECTION = 'NO_CONNECTION'
/** Code of an error: no answer began in the time allowed. */
export const NO_ANSWER = 'NO_ANSWER'
/** Code of an error: nothing more came of an answer. */
export const ANSWER_STOPPED = 'ANSWER_STOPPED'

/** Error codes that can only come before a request is sent. */
const BEFORE_SENDING: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name is not known to DNS',
  EAI_AGAIN: 'DNS did not answer for its host name',
  ECONNREFUSED: 'connection refused: nothing listens on its port',
  EHOSTUNREACH: 'no route to its host',
  ENETUNREACH: 'no route to its network',
  [NO_CONNECTION]: 'no connection in the time allowed',
  ETIMEDOUT: 'no connection in the time allowed',
}

const BROKEN: Readonly<Record<string, string>> = {
  ECONNRESET: 'connection reset before the answer was complete',
  EPIPE: 'connection closed while the request was being sent',
  [NO_ANSWER]: 'no answer in the time allowed',
  [ANSWER_STOPPED]: 'the answer stopped coming',
}

const CERTIFICATE_CODES = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** The failure of a call that got no answer, and whether the server can have seen the request. `KUBERNETES_UNREACHABLE`. */
export function noAnswer(error: unknown, server: string, origin: string): { failure: Failure; sent: boolean } {
  const code = codeOf(error)
  const fail = (detail: string, retryable: boolean, hint = `The server is that of ${origin}.`): Failure =>
    new Failure('KUBERNETES_UNREACHABLE', detail, {
      op: 'ask Kubernetes at',
      subject: server,
      hint,
      retryable,
      cause: error,
    })
  const before = BEFORE_SENDING[code]
  // A name that DNS does not know is a mistake; all else may pass.
  if (before !== undefined) return { sent: false, failure: fail(before, code !== 'ENOTFOUND') }
  if (CERTIFICATE_CODES.has(code)) {
    const hint = `Check certificate-authority and tls-server-name in ${origin}.`
    return { sent: false, failure: fail(`its certificate cannot be trusted: ${messageOf(error)}`, false, hint) }
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO' || code.startsWith('ERR_OSSL_')) {
    return { sent: false, failure: fail(`no TLS connection: ${messageOf(error)}`, false) }
  }
  return { sent: true, failure: fail(BROKEN[code] ?? messageOf(error), true) }
}

/** The failure that an answer stands for. */
export function refused(refusal: KubeRefusal, call: KubeCall, origin: string): Failure {
  const { reason, message } = statusObject(refusal.body)
  const options: FailureOptions = {
    op: `${call.verb} ${call.resource}${call.name === undefined ? '' : ` ${call.name}`} in`,
    subject: `namespace ${call.namespace}`,
  }
  const said = message ?? (refusal.body.trim().slice(0, 300) || 'without a word')
  switch (refusal.status) {
    case 401:
      return new Failure('KUBERNETES_DENIED', 'the cluster does not know who asks (401 Unauthorized)', {
        ...options,
        hint: `Renew the credentials of ${origin}, for instance by signing in again.`,
      })
    case 403:
      // Quotas, admission rules and namespaces that go away answer with 403 as well.
      if (message === undefined || /cannot \S+ resource|forbidden by policy|is forbidden: User /.test(message)) {
        return denied(message ?? '', call, options)
      }
      return new Failure('KUBERNETES_REFUSED', said, options)
    case 404:
      return notThere(said, call, options)
    case 409:
      if (reason === 'AlreadyExists') {
        return new Failure('KUBERNETES_EXISTS', 'the name is taken', options)
      }
      return new Failure('KUBERNETES_CONFLICT', said, { ...options, retryable: true })
    default:
      return new Failure('KUBERNETES_REFUSED', `${refusal.status}: ${said}`, {
        ...options,
        retryable: refusal.status >= 500 || refusal.status === 429,
      })
  }
}

function denied(message: string, { verb, resource, namespace }: KubeCall, options: FailureOptions): Failure {
  const user = /User "([^"]+)"/.exec(message)?.[1]
  const account = /^system:serviceaccount:([^:]+):(.+)$/.exec(user ?? '')
  const subject = account === null ? `--user=${user ?? 'NAME'}` : `--serviceaccount=${account[1]!}:${account[2]!}`
  return new Failure(
    'KUBERNETES_DENIED',
    `${user ?? 'this user'} has no right to ${verb} ${resource} in namespace ${namespace}`,
    {
      ...options,
      hint:
        `Bind the role backfill-workflow-console of the chart: kubectl create rolebinding backfill-workflow-user ` +
        `-n ${namespace} --role=backfill-workflow-console ${subject}`,
    },
  )
}

function notThere(said: string, call: KubeCall, options: FailureOptions): Failure {
  if (call.verb === 'create' && /namespaces? "?[^"]*"? not found/.test(said)) {
    const hint = `Create it with kubectl create namespace ${call.namespace}, or choose another with WORKFLOW_NAMESPACE.`
    return new Failure('KUBERNETES_REFUSED', 'the namespace does not exist', { ...options, hint })
  }
  if (call.resource.endsWith('.argoproj.io')) {
    return new Failure('ARGO_MISSING', `the cluster does not know ${call.resource}`, options)
  }
  return new Failure('KUBERNETES_REFUSED', `404: ${said}`, options)
}

function statusObject(body: string): { readonly reason?: string; readonly message?: string } {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null || !('kind' in value) || value.kind !== 'Status') return {}
    const { reason, message } = value as { readonly reason?: unknown; readonly message?: unknown }
    return {
      ...(typeof reason === 'string' ? { reason } : {}),
      ...(typeof message === 'string' ? { message } : {}),
    }
  } catch {
    return {}
  }
}

function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code
    at = at instanceof AggregateError ? at.errors[0] : at.cause
  }
  return ''
}
