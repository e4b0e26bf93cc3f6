import type { Clock } from '../../../src/core/clock.ts'
import { documentId, type WorkDocument } from '../../../src/coordination/work-document.ts'
import type { Guard, Lease, Stored, WorkIndex } from '../../../src/coordination/work-index.ts'
import { NO_COUNTS, type WorkCounts, type WorkSummary } from '../../../src/coordination/work-store.ts'

const REFRESH_MS = 1000

/**
 * The document interface as the work store uses it, in memory: sequence numbers grow with every write, conditional writes are
 * refused when the document was written since, and searches show what was there at the last refresh, one a second.
 */
export class MemoryWorkIndex implements WorkIndex {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #now = new Map<string, Stored>()
  /** What searches see, by id and in the order of places. */
  readonly #visible = new Map<string, { stored: Stored }>()
  #ordered: { stored: Stored }[] = []
  readonly #sums = new Map<string, Sums>()
  /** Writes that searches do not see yet, oldest first. */
  #unseen: { readonly at: number; readonly id: string; readonly stored: Stored }[] = []
  #seqNo = 0
  /** Told of every write. */
  onWrite: (before: WorkDocument | undefined, after: WorkDocument) => void = () => undefined

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  open(): Promise<void> {
    return Promise.resolve()
  }

  add(documents: readonly WorkDocument[]): Promise<void> {
    for (const document of documents) {
      const id = documentId(document.step, document.item)
      if (!this.#now.has(id)) this.#write(id, document)
    }
    return Promise.resolve()
  }

  get(step: string, item: string): Promise<Stored | undefined> {
    return Promise.resolve(this.#now.get(documentId(step, item)))
  }

  put(document: WorkDocument, guard: Guard): Promise<Guard | 'conflict'> {
    const id = documentId(document.step, document.item)
    const current = this.#now.get(id)?.guard
    if (current?.seqNo !== guard.seqNo || current.primaryTerm !== guard.primaryTerm) return Promise.resolve('conflict')
    return Promise.resolve(this.#write(id, document))
  }

  search(step: string, state: WorkDocument['state'], from: number, size: number): Promise<readonly Stored[]> {
    const found: Stored[] = []
    for (const { stored } of this.#seen()) {
      const { document } = stored
      if (document.place < from || document.state !== state || document.step !== step) continue
      found.push(stored)
      if (found.length === size) break
    }
    return Promise.resolve(found)
  }

  async leases(step: string, size: number): Promise<readonly Lease[]> {
    const leased = await this.search(step, 'leased', 0, size)
    return leased.map(({ document: { item, owner }, guard }) => ({ item, owner: owner!, guard }))
  }

  page(step: string, after: string | undefined, size: number): Promise<readonly WorkDocument[]> {
    const documents = this.#seen().map(({ stored }) => stored.document)
    const found = documents.filter(
      (document) => document.step === step && (after === undefined || document.item > after),
    )
    return Promise.resolve(found.sort((a, b) => (a.item < b.item ? -1 : 1)).slice(0, size))
  }

  totals(step: string): Promise<WorkSummary> {
    this.#seen()
    return Promise.resolve(structuredClone(this.#sums.get(step) ?? newSums()))
  }

  refresh(): Promise<void> {
    this.#show(Infinity)
    return Promise.resolve()
  }

  #write(id: string, document: WorkDocument): Guard {
    const stored = { document: structuredClone(document), guard: { seqNo: ++this.#seqNo, primaryTerm: 1 } }
    const before = this.#now.get(id)?.document
    this.#now.set(id, stored)
    this.#unseen.push({ at: this.#clock.monotonic(), id, stored })
    this.onWrite(before, stored.document)
    return stored.guard
  }

  #seen(): readonly { readonly stored: Stored }[] {
    this.#show(Math.floor(this.#clock.monotonic() / REFRESH_MS) * REFRESH_MS)
    return this.#ordered
  }

  #show(until: number): void {
    const count = this.#unseen.findIndex(({ at }) => at > until)
    const shown = count === -1 ? this.#unseen : this.#unseen.slice(0, count)
    if (shown.length === 0) return
    this.#unseen = count === -1 ? [] : this.#unseen.slice(count)
    const before = this.#visible.size
    for (const { id, stored } of shown) {
      const known = this.#visible.get(id)
      if (known !== undefined) this.#sum(known.stored.document, -1)
      this.#sum(stored.document, 1)
      if (known === undefined) this.#visible.set(id, { stored })
      else known.stored = stored
    }
    if (this.#visible.size === before) return
    this.#ordered = [...this.#visible.values()].sort((a, b) => a.stored.document.place - b.stored.document.place)
  }

  #sum({ step, state, bytes, counts }: WorkDocument, sign: 1 | -1): void {
    const sums = this.#sums.get(step) ?? newSums()
    this.#sums.set(step, sums)
    sums.items[state] += sign
    sums.bytes.total += sign * bytes
    if (state === 'done') sums.bytes.done += sign * bytes
    for (const name of COUNTS) sums.counts[name] += sign * counts[name]
  }
}

interface Sums {
  readonly items: { pending: number; leased: number; done: number; failed: number }
  readonly bytes: { done: number; total: number }
  readonly counts: Record<keyof WorkCounts, number>
}

const COUNTS = Object.keys(NO_COUNTS) as (keyof WorkCounts)[]

function newSums(): Sums {
  return {
    items: { pending: 0, leased: 0, done: 0, failed: 0 },
    bytes: { done: 0, total: 0 },
    counts: { ...NO_COUNTS },
  }
}
