import * as z from 'zod'
import { BulkBody } from '../../cluster/bulk-body.ts'
import type { BulkLoader } from '../../cluster/bulk-loader.ts'
import { call } from '../../cluster/call.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { countDocuments, createIndex, deleteIndex, indexExists, refresh } from '../../cluster/indices.ts'
import { Failure } from '../../core/failure.ts'
import { parseRejectLine } from '../../steps/reject-record.ts'
import type { RejectSink } from '../load/reject-sink.ts'
import { rejectKey } from './reject-key.ts'

/** Bytes of a line in one document: a line may be longer than what a target takes as one. */
const PIECE_BYTES = 512 * 1024
const BULK = { maxBytes: 8 * 1024 * 1024, maxDocs: 1000, op: 'index' } as const
const PAGE = 100
const LINE_FEED = 0x0a
const SETTINGS = { number_of_shards: 1, auto_expand_replicas: '0-1', hidden: true }
const text = { type: 'keyword', index: false, doc_values: false } as const
const MAPPINGS = {
  dynamic: 'strict',
  properties: {
    step: { type: 'keyword' },
    item: { type: 'keyword' },
    doc: { type: 'long' },
    key: { type: 'keyword' },
    piece: { type: 'integer' },
    // For people who look into the index; the line itself has it all.
    index: text,
    id: text,
    class: text,
    reason: text,
    line: { type: 'binary' },
  },
}

/** A piece of a line; together they are the line as the local engine would have written it. */
interface Piece {
  readonly step: string
  readonly item: string
  /** Number of the document in its segment; -1 where it is not known. */
  readonly doc: number
  /** Digest of what tells the document apart: the same document has the same key in every attempt. */
  readonly key: string
  readonly piece: number
  readonly line: string
}

const pageSchema = z.object({
  timed_out: z.literal(false),
  hits: z.object({ hits: z.array(z.object({ _source: z.custom<Piece>(), sort: z.array(z.unknown()) })) }),
})

/** Name of the index with the rejects of a run on a target. */
export function rejectIndexName(run: string): string {
  return `workflow-rejects-${run}`
}

/**
 * Rejects of a step as documents of an index of the target. A document that is refused again in a later attempt replaces what
 * is known of it. Codes as `BulkLoader` and `createIndex`.
 */
export class RejectIndex implements RejectSink {
  readonly #cluster: Cluster
  readonly #loader: BulkLoader
  readonly #index: string
  readonly #step: string
  readonly #signal: AbortSignal
  #open: Promise<unknown> | undefined

  constructor(cluster: Cluster, loader: BulkLoader, run: string, step: string, signal: AbortSignal) {
    this.#cluster = cluster
    this.#loader = loader
    this.#index = rejectIndexName(run)
    this.#step = step
    this.#signal = signal
  }

  async append(lines: Uint8Array): Promise<void> {
    await (this.#open ??= createIndex(
      this.#cluster,
      this.#index,
      { settings: { index: SETTINGS }, mappings: MAPPINGS },
      {},
      this.#signal,
    ))
    const body = new BulkBody(BULK)
    for (const line of linesOf(lines)) {
      for (const piece of this.#pieces(line)) {
        const source = Buffer.from(JSON.stringify(piece), 'utf8')
        const target = { index: this.#index, id: `${piece.key}-${piece.piece}`, routing: undefined, type: undefined }
        while (!body.add(target, source, 0, source.length)) await this.#send(body)
      }
    }
    await this.#send(body)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #pieces(line: Uint8Array): Piece[] {
    const record = parseRejectLine(textOf(line))
    const { item, doc = -1, index, id, class: kind, reason } = record
    const key = rejectKey(this.#step, record)
    const head = { step: this.#step, item, doc, key, index, id, class: kind, reason: reason.slice(0, 2000) }
    const count = Math.max(1, Math.ceil(line.length / PIECE_BYTES))
    return Array.from({ length: count }, (_, piece) => {
      const part = line.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES)
      return { ...head, piece, line: Buffer.from(part.buffer, part.byteOffset, part.length).toString('base64') }
    })
  }

  async #send(body: BulkBody): Promise<void> {
    if (body.docs === 0) return
    const { rejects } = await this.#loader.load(body, this.#signal)
    body.clear()
    const [reject] = rejects
    if (reject === undefined) return
    throw new Failure('CLUSTER_REFUSED', `${reject.errorType}: ${reject.reason}`, {
      op: 'write rejects to',
      subject: this.#index,
      hint: `A template of the target may match ${this.#index}; it must leave this index as it is.`,
    })
  }
}

/** The rejects of a step as lines of NDJSON without their ends, in the order of work items; none when there is no index. */
export async function* readRejectIndex(
  cluster: Cluster,
  run: string,
  step: string,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  const index = rejectIndexName(run)
  if (!(await indexExists(cluster, index, signal))) return
  await refresh(cluster, index, signal)
  let parts: Piece[] = []
  for await (const piece of pieces(cluster, index, step, signal)) {
    // A line that has become shorter may have left pieces of the longer one behind; they come after all of its own.
    if (piece.piece === 0 && parts.length > 0) yield lineOf(parts)
    parts = piece.piece === 0 ? [piece] : [...parts, piece]
  }
  if (parts.length > 0) yield lineOf(parts)
}

/** Removes the index of rejects of a run unless there is something in it. */
export async function removeEmptyRejectIndex(
  cluster: Cluster,
  run: string,
  signal: AbortSignal,
): Promise<'none' | 'removed' | 'kept'> {
  const index = rejectIndexName(run)
  if (!(await indexExists(cluster, index, signal))) return 'none'
  await refresh(cluster, index, signal)
  if ((await countDocuments(cluster, index, signal)) > 0) return 'kept'
  await deleteIndex(cluster, index, signal)
  return 'removed'
}

async function* pieces(
  cluster: Cluster,
  index: string,
  step: string,
  signal: AbortSignal,
): AsyncGenerator<Piece, void> {
  let after: readonly unknown[] | undefined
  for (;;) {
    const body = {
      size: PAGE,
      query: { bool: { filter: [{ term: { step } }] } },
      sort: [{ item: 'asc' }, { doc: 'asc' }, { key: 'asc' }, { piece: 'asc' }],
      ...(after === undefined ? {} : { search_after: after }),
    }
    const query = { allow_partial_search_results: false }
    const wanted = { method: 'POST', path: [index, '_search'], query, body, idempotent: true } as const
    const { hits } = await call(cluster, wanted, pageSchema, signal)
    for (const { _source } of hits.hits) yield _source
    after = hits.hits.at(-1)?.sort
    if (hits.hits.length < PAGE) return
  }
}

function lineOf(parts: readonly Piece[]): string {
  const bytes = Buffer.concat(parts.map(({ line }) => Buffer.from(line, 'base64')))
  const end = bytes.indexOf(LINE_FEED)
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end)
}

/** The lines with their ends, so that what follows a line that has become shorter can be told. */
function* linesOf(lines: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < lines.length;) {
    const end = lines.indexOf(LINE_FEED, start) + 1
    if (end === 0) throw new Error('a reject without a line end')
    yield lines.subarray(start, end)
    start = end
  }
}

function textOf(line: Uint8Array): string {
  return Buffer.from(line.buffer, line.byteOffset, line.length - 1).toString('utf8')
}
