import { Failure } from '../core/failure.ts'
import { counted } from '../core/units.ts'
import { refused } from './call.ts'
import type { Cluster } from './cluster.ts'
import { readGetAnswer, type GotDocument } from './get-answer.ts'
import { parseServerError } from './server-error.ts'

/** A document to ask for. */
export interface GetTarget {
  readonly id: string
  readonly routing?: string | undefined
  /** Mapping type, for clusters that still have them. */
  readonly type?: string | undefined
}

const DEADLINE_MS = 120_000

/**
 * Asks for documents of one index, as they were at its last refresh, in one request; the answers are in the order of
 * `targets`. Changes nothing. `CLUSTER_REFUSED`, retryable, when a shard could not look; `CLUSTER_NOT_ONE` for an answer
 * that does not account for every document.
 */
export async function multiGet(
  cluster: Cluster,
  index: string,
  targets: readonly GetTarget[],
  signal: AbortSignal,
): Promise<readonly GotDocument[]> {
  const typed = cluster.quirks.bulkType === 'required'
  const docs = targets.map(({ id, routing, type }) => ({
    _index: index,
    ...(typed && type !== undefined && { _type: type }),
    _id: id,
    ...(routing !== undefined && { routing }),
  }))
  const response = await cluster.http.request(
    {
      method: 'POST',
      path: '/_mget',
      query: { realtime: false },
      body: JSON.stringify({ docs }),
      deadlineMs: DEADLINE_MS,
      idempotent: true,
    },
    signal,
  )
  if (response.status !== 200) {
    const refusal = { status: response.status, error: parseServerError(response.body) }
    throw refused(cluster, { method: 'POST', path: ['_mget'] }, refusal)
  }
  const subject = `POST ${cluster.http.endpoint}/_mget`
  const got = readGetAnswer(response.body)
  if (got?.length !== targets.length) {
    const detail =
      got === undefined
        ? 'not an answer to _mget'
        : `accounts for ${got.length} of ${counted(targets.length, 'document')}`
    throw new Failure('CLUSTER_NOT_ONE', detail, {
      op: 'read answer of',
      subject,
      hint: 'A proxy may change or cut the answers.',
    })
  }
  const failed = got.find((document) => document.kind === 'failed')
  if (failed === undefined) return got
  throw new Failure('CLUSTER_REFUSED', `a document of ${index} could not be read: ${failed.error.slice(0, 300)}`, {
    op: 'send',
    subject,
    hint: 'Wait until the index is at least yellow, then run again.',
    retryable: true,
  })
}
