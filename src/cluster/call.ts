import type * as z from 'zod'
import { stringifyJson } from '../codec/json-exact.ts'
import type { JsonValue } from '../codec/json-value.ts'
import { Failure } from '../core/failure.ts'
import { serverWords } from '../http/denial.ts'
import type { HttpMethod, HttpResponse } from '../http/http-client.ts'
import type { Cluster } from './cluster.ts'
import { parseServerError, type ServerError } from './server-error.ts'

/** A JSON object whose content is somebody else's business. */
export type JsonObject = Readonly<Record<string, unknown>>

/** One call of the REST interface. */
export interface Call {
  readonly method: HttpMethod
  /** Segments of the path; each one is escaped, so a name may hold any character. */
  readonly path: readonly string[]
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly body?: JsonObject
  /** Default: true for everything but POST. */
  readonly idempotent?: boolean
  /** Default: one minute. */
  readonly deadlineMs?: number
}

const ORDINARY_DEADLINE_MS = 60_000

/** An answer that is no success: what the server says of it. */
export interface Refusal {
  readonly status: number
  readonly error: ServerError
}

/**
 * Sends a call and checks the fields of its answer that are used. `CLUSTER_THROTTLED` for 429, `CLUSTER_REFUSED` for any
 * other status that is no success, `CLUSTER_NOT_ONE` for an answer of another shape.
 */
export async function call<T>(cluster: Cluster, wanted: Call, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
  const result = await callOr(cluster, wanted, schema, () => undefined, signal)
  // `judge` above returns undefined only, so a refusal was thrown.
  return result!
}

/** Like {@link call}, but `judge` may turn a refusal into a result (a missing object, one that exists already). */
export async function callOr<T, R>(
  cluster: Cluster,
  wanted: Call,
  schema: z.ZodType<T>,
  judge: (refusal: Refusal) => R | undefined,
  signal: AbortSignal,
): Promise<T | R> {
  const response = await send(cluster, wanted, signal)
  if (response.status < 200 || response.status > 299) {
    const refusal = { status: response.status, error: parseServerError(response.body) }
    const judged = judge(refusal)
    if (judged !== undefined) return judged
    throw refused(cluster, wanted, refusal)
  }
  return read(cluster, wanted, response, schema)
}

/** True or false by status 200 or 404 of a `HEAD` call. */
export async function exists(cluster: Cluster, path: readonly string[], signal: AbortSignal): Promise<boolean> {
  const wanted = { method: 'HEAD', path } as const
  const { status } = await send(cluster, wanted, signal)
  if (status === 200 || status === 404) return status === 200
  throw refused(cluster, wanted, { status, error: { type: '', reason: '' } })
}

/** The failure for a refusal, with the server's own words. */
export function refused(cluster: Cluster, wanted: Pick<Call, 'method' | 'path'>, refusal: Refusal): Failure {
  const { status, error } = refusal
  const said = [error.type, error.reason].filter((part) => part !== '').join(': ')
  const code = status === 429 && error.type !== 'cluster_block_exception' ? 'CLUSTER_THROTTLED' : 'CLUSTER_REFUSED'
  return new Failure(code, `status ${status}${said === '' ? '' : `, ${said}`}`, {
    op: 'send',
    subject: `${wanted.method} ${cluster.http.endpoint}${pathOf(wanted.path)}`,
    retryable: status === 429 || status >= 502,
  })
}

function send(cluster: Cluster, wanted: Call, signal: AbortSignal): Promise<HttpResponse> {
  // Bodies are JSON by contract; metadata of snapshots has integers beyond 2^53, which JSON.stringify refuses.
  const request = {
    method: wanted.method,
    path: pathOf(wanted.path),
    ...(wanted.query !== undefined && { query: wanted.query }),
    ...(wanted.body !== undefined && { body: stringifyJson(wanted.body as JsonValue) }),
    deadlineMs: wanted.deadlineMs ?? ORDINARY_DEADLINE_MS,
    idempotent: wanted.idempotent ?? wanted.method !== 'POST',
  }
  return cluster.http.request(request, signal)
}

function read<T>(cluster: Cluster, wanted: Call, response: HttpResponse, schema: z.ZodType<T>): T {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(response.body))
  } catch {
    json = undefined // the schema reports it
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'answer' : issue.path.map(String).join('.')
  throw new Failure('CLUSTER_NOT_ONE', `unexpected ${where} in "${serverWords(response.body).slice(0, 120)}"`, {
    op: 'read answer of',
    subject: `${wanted.method} ${cluster.http.endpoint}${pathOf(wanted.path)}`,
    hint: 'A proxy may change the answers; docs/compatibility.md lists the versions that are known.',
  })
}

function pathOf(segments: readonly string[]): string {
  return `/${segments.map((segment) => encodeURIComponent(segment)).join('/')}`
}
