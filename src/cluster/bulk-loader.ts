import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Clock } from '../core/clock.ts'
import { Failure, isFailure } from '../core/failure.ts'
import type { Random } from '../core/random.ts'
import { counted, formatDuration } from '../core/units.ts'
import type { HttpResponse } from '../http/http-client.ts'
import { waitMs } from '../http/retry-policy.ts'
import { BULK_FILTER_PATH, readBulkAnswer } from './bulk-answer.ts'
import type { BulkBody } from './bulk-body.ts'
import { newTally, type BulkOutcome, type Tally } from './bulk-outcome.ts'
import { pieceBytes, splitPiece, wholePiece, type BulkPiece } from './bulk-piece.ts'
import { verdictOf, type Verdict } from './bulk-verdict.ts'
import { refused } from './call.ts'
import type { Cluster } from './cluster.ts'
import type { AdaptiveLimit } from './concurrency.ts'
import { parseServerError, type ServerError } from './server-error.ts'

/** How a loader sends. */
export interface BulkLoaderOptions {
  /** Default: `none`. */
  readonly compression?: 'none' | 'gzip'
  /** Milliseconds for one request. Default: 2 minutes. */
  readonly requestDeadlineMs?: number
  /** Milliseconds without a single document getting through, because of overload or a lost connection. Default: 10 minutes. */
  readonly patienceMs?: number
  /** Milliseconds to wait for somebody to lift an index block. Default: 10 minutes. */
  readonly blockedPatienceMs?: number
  /** Told before each wait, for the status line. */
  readonly onWait?: (reason: string, ms: number) => void
}

/**
 * Sends bodies until every document of each is acknowledged or rejected for good. `load` may run concurrently, each time
 * with a body of its own; sending a body twice is harmless because ids are kept.
 *
 * Failure codes: `CLUSTER_THROTTLED`, `CLUSTER_UNREACHABLE` and `TIMEOUT` (retryable) when patience is used up,
 * `CLUSTER_REFUSED` (index blocked for too long, closed or missing), `CLUSTER_DENIED`, `CLUSTER_AUTH`, `CLUSTER_TLS`,
 * `CLUSTER_NOT_ONE` (an answer that does not account for every document), `ABORTED`. After a failure nothing is known of
 * the documents of this body: send all of them again.
 */
export interface BulkLoader {
  load(body: BulkBody, signal: AbortSignal): Promise<BulkOutcome>
}

const BACKOFF = { maxAttempts: Infinity, baseMs: 500, maxMs: 30_000 }
/** How often an error inside the server is tried again before the document counts as its cause. */
const FAULT_ATTEMPTS = 3
const compress = promisify(gzip)

/** What one request came to: what is left to send, and why. */
type Step =
  | { readonly next: 'done' }
  | { readonly next: 'split' }
  | { readonly next: 'again'; readonly positions: readonly number[]; readonly pause: Pause }

interface Pause {
  readonly kind: 'overload' | 'fault' | 'blocked' | 'lost'
  readonly reason: string
  readonly retryAfter?: string
  /** Thrown when patience is used up. */
  readonly failure: Failure
}

/** A loader into `cluster` that shares `limit` with whatever else loads into it. */
export function openBulkLoader(
  cluster: Cluster,
  limit: AdaptiveLimit,
  options: BulkLoaderOptions,
  clock: Clock,
  random: Random,
): BulkLoader {
  const patienceMs = options.patienceMs ?? 600_000
  const blockedPatienceMs = options.blockedPatienceMs ?? 600_000
  /** Learned from 413: requests must stay below this many bytes. */
  let refusedBytes = Infinity

  async function load(body: BulkBody, signal: AbortSignal): Promise<BulkOutcome> {
    const tally = newTally(body.docs, body.byteLength)
    const pieces = body.docs === 0 ? [] : [wholePiece(body)]
    for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
      const halves = await loadPiece(piece, tally, signal)
      pieces.push(...halves.reverse())
    }
    return tally
  }

  /** Sends a piece until nothing of it is left; returns its halves when it has to be sent in smaller requests. */
  async function loadPiece(piece: BulkPiece, tally: Tally, signal: AbortSignal): Promise<BulkPiece[]> {
    let { positions } = piece
    let attempt = 0
    let faults = 0
    let progressAt = clock.monotonic()
    for (;;) {
      const current = { body: piece.body, positions }
      const bytes = pieceBytes(current)
      if (bytes.length >= refusedBytes && positions.length > 1) return splitPiece(current)
      const step = await send(current, bytes, faults + 1 >= FAULT_ATTEMPTS, tally, signal)
      if (step.next === 'done') return []
      if (step.next === 'split') return splitPiece(current)
      const { pause } = step
      if (step.positions.length < positions.length) {
        tally.retriedDocuments += step.positions.length
        progressAt = clock.monotonic()
        attempt = 0
      } else {
        tally.retriedBodies++
      }
      positions = step.positions
      if (pause.kind === 'fault') faults++
      const ms = Math.max(1, waitMs(attempt++, pause.retryAfter, BACKOFF, clock, random))
      const stuckMs = clock.monotonic() + ms - progressAt
      if (stuckMs > (pause.kind === 'blocked' ? blockedPatienceMs : patienceMs)) throw pause.failure
      options.onWait?.(pause.reason, ms)
      await clock.sleep(ms, signal)
      tally.waitedMs += ms
    }
  }

  async function send(
    piece: BulkPiece,
    bytes: Uint8Array,
    lastFault: boolean,
    tally: Tally,
    signal: AbortSignal,
  ): Promise<Step> {
    const body = options.compression === 'gzip' ? await compress(bytes, { level: 1 }) : bytes
    const slot = await limit.acquire(signal)
    const startedAt = clock.monotonic()
    let response: HttpResponse
    try {
      tally.requests++
      response = await cluster.http.request(
        {
          method: 'POST',
          path: '/_bulk',
          ...(cluster.quirks.filterPath && { query: { filter_path: BULK_FILTER_PATH } }),
          body,
          contentType: cluster.quirks.bulkContentType,
          ...(options.compression === 'gzip' && { contentEncoding: 'gzip' }),
          deadlineMs: options.requestDeadlineMs ?? 120_000,
          idempotent: true,
          maxAttempts: 1,
        },
        signal,
      )
    } catch (error) {
      const lost = isFailure(error, 'CLUSTER_UNREACHABLE', 'TIMEOUT')
      slot.release({ kind: lost ? 'overload' : 'neutral' })
      if (!lost) throw error
      return {
        next: 'again',
        positions: piece.positions,
        pause: { kind: 'lost', reason: error.detail, failure: error },
      }
    }
    const latencyMs = clock.monotonic() - startedAt
    tally.latencyMs += latencyMs
    const step =
      response.status === 200
        ? readItems(piece, response, lastFault, tally)
        : judge(piece, response, bytes, lastFault, tally)
    const overloaded = step.next === 'again' && step.pause.kind === 'overload'
    if (overloaded) tally.throttled++
    const success = { kind: 'success', latencyMs, bytes: bytes.length } as const
    slot.release(overloaded ? { kind: 'overload' } : response.status === 200 ? success : { kind: 'neutral' })
    return step
  }

  /** A body that was refused as a whole. */
  function judge(piece: BulkPiece, response: HttpResponse, bytes: Uint8Array, lastFault: boolean, tally: Tally): Step {
    const error = parseServerError(response.body)
    const { status } = response
    const alone = piece.positions.length === 1
    if (status === 413) refusedBytes = Math.min(refusedBytes, alone ? Infinity : bytes.length)
    // Nothing about a document: every body would be refused the same way.
    if (status === 404 || status === 405 || status < 400 || error.reason.includes('contains an unknown parameter')) {
      throw refused(cluster, { method: 'POST', path: ['_bulk'] }, { status, error })
    }
    const verdict = verdictOf(status, error, piece.body.op)
    const spent = verdict.kind === 'fault' && lastFault
    if (verdict.kind === 'reject' || verdict.kind === 'existing' || spent) {
      if (!alone) return { next: 'split' }
      reject(
        piece.body,
        piece.positions[0]!,
        status,
        error,
        spent ? { kind: 'reject', class: 'server' } : verdict,
        tally,
      )
      return { next: 'done' }
    }
    const pause = pauseOf(verdict, status, error, response.headers['retry-after'])
    return { next: 'again', positions: piece.positions, pause }
  }

  /** An answer item by item. */
  function readItems(piece: BulkPiece, response: HttpResponse, lastFault: boolean, tally: Tally): Step {
    const { body, positions } = piece
    const answer = readBulkAnswer(response.body, body.op)
    if (answer?.items !== positions.length) {
      const detail =
        answer === undefined
          ? 'not a bulk answer'
          : `accounts for ${answer.items} of ${counted(positions.length, 'document')}`
      throw new Failure('CLUSTER_NOT_ONE', detail, {
        op: 'read answer of',
        subject: `POST ${cluster.http.endpoint}/_bulk`,
        hint: 'A proxy may change or cut the answers.',
      })
    }
    tally.created += answer.created
    tally.updated += answer.updated
    const again: number[] = []
    let pause: Pause | undefined
    for (const problem of answer.problems) {
      const position = positions[problem.position]!
      const { status, error } = problem
      const verdict = verdictOf(status, error, body.op)
      if (verdict.kind === 'existing') tally.existing++
      else if (verdict.kind === 'reject' || (verdict.kind === 'fault' && lastFault)) {
        reject(body, position, status, error, verdict, tally)
      } else {
        again.push(position)
        // A block is the stronger reason: it has its own patience.
        if (pause?.kind !== 'blocked') pause = pauseOf(verdict, status, error, response.headers['retry-after'])
      }
    }
    return pause === undefined ? { next: 'done' } : { next: 'again', positions: again, pause }
  }

  /** Why to wait; throws for a verdict by which no document can get through. */
  function pauseOf(verdict: Verdict, status: number, error: ServerError, retryAfter: string | undefined): Pause {
    const said = `status ${status}, ${error.type || 'no reason given'}${error.reason === '' ? '' : `: ${error.reason}`}`
    const failing = { op: 'load into', subject: cluster.http.endpoint }
    const asked = retryAfter === undefined ? {} : { retryAfter }
    switch (verdict.kind) {
      case 'stop':
        throw new Failure(verdict.code, said, { ...failing, hint: verdict.hint })
      case 'blocked': {
        const detail = `blocked for ${formatDuration(blockedPatienceMs)}: ${said}`
        const hint = 'Free disk space on the target or lift the block of the index, then resume.'
        return {
          kind: 'blocked',
          reason: error.reason,
          failure: new Failure('CLUSTER_REFUSED', detail, { ...failing, hint }),
        }
      }
      case 'fault':
      case 'overload': {
        const detail = `no document got through for ${formatDuration(patienceMs)}: ${said}`
        const hint = 'Lower workers or bulk sizes, or add capacity, then resume.'
        const failure = new Failure('CLUSTER_THROTTLED', detail, { ...failing, hint, retryable: true })
        return { kind: verdict.kind, reason: said, failure, ...asked }
      }
      case 'created':
      case 'updated':
      case 'existing':
      case 'reject':
        throw new Error(`a document that is ${verdict.kind} needs no pause`)
    }
  }

  return { load }
}

function reject(
  body: BulkBody,
  position: number,
  status: number,
  error: ServerError,
  verdict: Verdict,
  tally: Tally,
): void {
  tally.rejects.push({
    ...body.target(position),
    status,
    errorType: error.type,
    reason: error.reason,
    class: verdict.kind === 'reject' ? verdict.class : 'server',
    source: body.source(position),
  })
}
