import type { BulkBody } from '../../../src/cluster/bulk-body.ts'
import type { BulkLoader } from '../../../src/cluster/bulk-loader.ts'
import { newTally, type BulkOutcome, type Reject } from '../../../src/cluster/bulk-outcome.ts'
import { Failure } from '../../../src/core/failure.ts'
import { parseBulk, type BulkLine } from '../cluster/fake-target.ts'

/** What becomes of a document in {@link MemoryTarget}. */
export type Fate = 'take' | 'refuse'

/** A target that holds every body until it is told to answer it, in whatever order, and keeps what it took. */
export class MemoryTarget implements BulkLoader {
  readonly documents = new Map<string, BulkLine>()
  /** Documents it got, repeated ones as often as they came. */
  received = 0
  mostInFlight = 0
  bodies: { readonly docs: number; readonly bytes: number }[] = []
  readonly #fate: (line: BulkLine) => Fate
  readonly #waiting: { answer(): void; fail(): void }[] = []

  constructor(fate: (line: BulkLine) => Fate) {
    this.#fate = fate
  }

  get waiting(): number {
    return this.#waiting.length
  }

  load(body: BulkBody): Promise<BulkOutcome> {
    this.bodies.push({ docs: body.docs, bytes: body.byteLength })
    const text = Buffer.from(body.bytes())
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        answer: () => resolve(this.#take(body, text)),
        fail: () => {
          // Half of it got in before the connection broke; nobody knows.
          if (body.docs > 1) this.#take(body, text, Math.floor(body.docs / 2))
          reject(new Failure('CLUSTER_UNREACHABLE', 'gone', { op: 'load into', subject: 'memory', retryable: true }))
        },
      })
      this.mostInFlight = Math.max(this.mostInFlight, this.#waiting.length)
    })
  }

  /** Answers or fails the body that has waited as the `nth`, modulo those that wait. */
  settle(nth: number, how: 'answer' | 'fail'): void {
    const [body] = this.#waiting.splice(nth % this.#waiting.length, 1)
    if (how === 'answer') body!.answer()
    else body!.fail()
  }

  #take(body: BulkBody, text: Buffer, limit = Infinity): BulkOutcome {
    const rejects: Reject[] = []
    const tally = { ...newTally(body.docs, body.byteLength), rejects }
    // The body must be as it was when it was sent: nobody may pack into it meanwhile.
    if (!text.equals(body.bytes())) throw new Error('the body was changed while it was on its way')
    for (const [position, line] of (text.length === 0 ? [] : parseBulk(text)).entries()) {
      if (position >= limit) break
      this.received++
      if (this.#fate(line) === 'refuse') {
        rejects.push({
          ...body.target(position),
          status: 400,
          errorType: 'mapper_parsing_exception',
          reason: 'no',
          class: 'mapping',
          source: body.source(position),
        })
      } else {
        const key = `${line.id} ${line.routing ?? ''}`
        if (this.documents.has(key)) tally.updated++
        else tally.created++
        this.documents.set(key, line)
      }
    }
    return tally
  }
}
