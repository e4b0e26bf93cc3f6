import * as z from 'zod'
import { BulkBody } from '../cluster/bulk-body.ts'
import type { BulkLoader } from '../cluster/bulk-loader.ts'
import { callOr, type JsonObject, type Refusal } from '../cluster/call.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { createIndex, deleteIndex, refresh } from '../cluster/indices.ts'
import { Failure } from '../core/failure.ts'
import { documentId, WORK_MAPPINGS, type WorkDocument } from './work-document.ts'
import type { Guard, Lease, Stored, WorkIndex } from './work-index.ts'
import type { WorkSummary } from './work-store.ts'

/** Milliseconds for a call, repeats included: a lease must not run out behind one. */
const DEADLINE_MS = 15_000
const BULK = { maxBytes: 4 * 1024 * 1024, maxDocs: 2000, op: 'create' } as const
const SETTINGS = {
  number_of_shards: 1,
  auto_expand_replicas: '0-1',
  hidden: true,
  refresh_interval: '1s', // Given explicitly, so that it does not stop when nobody searches.
}
/** `allow_partial_search_results` off: a shard that cannot answer is an error. */
const WHOLE = { allow_partial_search_results: false }

// Written by this program: the mapping is strict, so there are no other documents in the index.
const documentSchema = z.custom<WorkDocument>((value) => typeof value === 'object' && value !== null)
const guardSchema = z.object({ _seq_no: z.number(), _primary_term: z.number() })
const getSchema = z.discriminatedUnion('found', [
  guardSchema.extend({ found: z.literal(true), _source: documentSchema }),
  z.object({ found: z.literal(false) }),
])
const hitsOf = <T extends z.ZodType>(
  hit: T,
): z.ZodObject<{ timed_out: z.ZodLiteral<false>; hits: z.ZodObject<{ hits: z.ZodArray<T> }> }> =>
  z.object({ timed_out: z.literal(false), hits: z.object({ hits: z.array(hit) }) })
const storedSchema = hitsOf(guardSchema.extend({ _source: documentSchema }))
const leaseSchema = hitsOf(guardSchema.extend({ _source: z.object({ item: z.string(), owner: z.string() }) }))
const pageSchema = hitsOf(z.object({ _source: documentSchema }))
const sum = z.object({ value: z.number() })
const COUNTS = ['read', 'acknowledged', 'rejected', 'skipped', 'sourceless', 'bytes'] as const
const totalsSchema = z.object({
  timed_out: z.literal(false),
  aggregations: z.object({
    states: z.object({ buckets: z.array(z.object({ key: z.string(), doc_count: z.number(), bytes: sum })) }),
    read: sum,
    acknowledged: sum,
    rejected: sum,
    skipped: sum,
    sourceless: sum,
    bytes: sum,
  }),
})

/** Name of the index with the work items of a run. */
export function workIndexName(run: string): string {
  return `workflow-work-${run}`
}

/** Removes the work items of a run. False when there were none. */
export function removeWorkIndex(cluster: Cluster, run: string, signal: AbortSignal): Promise<boolean> {
  return deleteIndex(cluster, workIndexName(run), signal)
}

/** The work index of a run on a target cluster; `loader` sends new documents. Codes as `call` and `BulkLoader`. */
export class ClusterWorkIndex implements WorkIndex {
  readonly #cluster: Cluster
  readonly #loader: BulkLoader
  readonly #index: string
  /**
   * Documents are written through an alias that must exist: a write that comes after Cleanup, from a worker that was cut off,
   * is refused, where it would bring the index back under its own name.
   */
  readonly #alias: string
  readonly #signal: AbortSignal

  constructor(cluster: Cluster, loader: BulkLoader, run: string, signal: AbortSignal) {
    this.#cluster = cluster
    this.#loader = loader
    this.#index = workIndexName(run)
    this.#alias = `${this.#index}-items`
    this.#signal = signal
  }

  async open(): Promise<void> {
    const body = { settings: { index: SETTINGS }, mappings: WORK_MAPPINGS, aliases: { [this.#alias]: {} } }
    await createIndex(this.#cluster, this.#index, body, {}, this.#signal)
  }

  async add(documents: readonly WorkDocument[]): Promise<void> {
    const body = new BulkBody(BULK)
    const send = async (): Promise<void> => {
      const { rejects } = await this.#loader.load(body, this.#signal)
      body.clear()
      const [reject] = rejects
      if (reject === undefined) return
      throw new Failure('CLUSTER_REFUSED', `${reject.errorType}: ${reject.reason}`, {
        op: 'write work item to',
        subject: this.#index,
        hint: `A template of the target may match ${this.#index}; work items need the mapping that they bring.`,
      })
    }
    for (const document of documents) {
      const source = Buffer.from(JSON.stringify(document), 'utf8')
      const id = documentId(document.step, document.item)
      const target = { index: this.#index, id, routing: undefined, type: undefined }
      while (!body.add(target, source, 0, source.length)) await send()
    }
    if (body.docs > 0) await send()
  }

  async get(step: string, item: string): Promise<Stored | undefined> {
    const path = [this.#alias, '_doc', documentId(step, item)]
    const found = await callOr(
      this.#cluster,
      { method: 'GET', path, deadlineMs: DEADLINE_MS },
      getSchema,
      (refusal) => (refusal.status === 404 && refusal.error.type === '' ? 'missing' : this.#gone(refusal)),
      this.#signal,
    )
    if (found === 'missing' || !found.found) return undefined
    return { document: found._source, guard: guardOf(found) }
  }

  async put(document: WorkDocument, guard: Guard): Promise<Guard | 'conflict'> {
    const query = { if_seq_no: guard.seqNo, if_primary_term: guard.primaryTerm, require_alias: true }
    const path = [this.#alias, '_doc', documentId(document.step, document.item)]
    const body = { ...document }
    const written = await callOr(
      this.#cluster,
      { method: 'PUT', path, query, body, deadlineMs: DEADLINE_MS },
      guardSchema,
      (refusal) => (refusal.status === 409 ? 'conflict' : this.#gone(refusal)),
      this.#signal,
    )
    return written === 'conflict' ? written : guardOf(written)
  }

  async search(
    step: string,
    state: WorkDocument['state'],
    fromPlace: number,
    size: number,
  ): Promise<readonly Stored[]> {
    const filter = [{ term: { step } }, { term: { state } }, { range: { place: { gte: fromPlace } } }]
    const body = { size, seq_no_primary_term: true, query: { bool: { filter } }, sort: [{ place: 'asc' }] }
    const { hits } = await this.#search(body, storedSchema)
    return hits.hits.map((hit) => ({ document: hit._source, guard: guardOf(hit) }))
  }

  async leases(step: string, size: number): Promise<readonly Lease[]> {
    const query = { bool: { filter: [{ term: { step } }, { term: { state: 'leased' } }] } }
    const body = { size, seq_no_primary_term: true, query, sort: [{ place: 'asc' }], _source: ['item', 'owner'] }
    const { hits } = await this.#search(body, leaseSchema)
    return hits.hits.map((hit) => ({ ...hit._source, guard: guardOf(hit) }))
  }

  async page(step: string, after: string | undefined, size: number): Promise<readonly WorkDocument[]> {
    const query = { bool: { filter: [{ term: { step } }] } }
    const from = after === undefined ? {} : { search_after: [after] }
    const { hits } = await this.#search({ size, query, sort: [{ item: 'asc' }], ...from }, pageSchema)
    return hits.hits.map(({ _source }) => _source)
  }

  async totals(step: string): Promise<WorkSummary> {
    const sums = Object.fromEntries(COUNTS.map((name) => [name, { sum: { field: `counts.${name}` } }]))
    const states = { terms: { field: 'state', size: 10 }, aggs: { bytes: { sum: { field: 'bytes' } } } }
    const query = { bool: { filter: [{ term: { step } }] } }
    const { aggregations } = await this.#search({ size: 0, query, aggs: { states, ...sums } }, totalsSchema)
    const { states: found, ...counted } = aggregations
    const items = { pending: 0, leased: 0, done: 0, failed: 0 }
    const bytes = { done: 0, total: 0 }
    for (const { key, doc_count, bytes: own } of found.buckets) {
      items[key as WorkDocument['state']] = doc_count
      bytes.total += own.value
      if (key === 'done') bytes.done += own.value
    }
    const counts = Object.fromEntries(COUNTS.map((name) => [name, counted[name].value]))
    return { items, bytes, counts: counts as unknown as WorkSummary['counts'] }
  }

  async refresh(): Promise<void> {
    await refresh(this.#cluster, this.#index, this.#signal)
  }

  async #search<T>(body: JsonObject, schema: z.ZodType<T>): Promise<T> {
    const path = [this.#alias, '_search']
    const wanted = { method: 'POST', path, query: WHOLE, body, idempotent: true, deadlineMs: DEADLINE_MS } as const
    const found = await callOr(this.#cluster, wanted, schema, (refusal) => this.#gone(refusal), this.#signal)
    return found! // Whatever was refused has thrown.
  }

  /** Throws when the whole index is gone; a refusal of another kind is for the caller to report. */
  #gone({ status, error }: Refusal): undefined {
    if (status !== 404) return undefined
    throw new Failure('STATE_CORRUPT', `${error.type}: the index with the work items is gone`, {
      op: 'use',
      subject: `${this.#index} on ${this.#cluster.http.endpoint}`,
      hint: 'Go on with workflow resume: the work items are planned again.',
    })
  }
}

function guardOf({ _seq_no, _primary_term }: z.infer<typeof guardSchema>): Guard {
  return { seqNo: _seq_no, primaryTerm: _primary_term }
}
