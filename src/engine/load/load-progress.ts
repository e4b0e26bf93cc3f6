import { addCounts, NO_COUNTS, type WorkCounts, type WorkSummary } from '../../coordination/work-store.ts'
import type { StepContext } from '../../steps/step.ts'

const PUBLISH_MS = 500

/** How far the load of a step is, published twice a second at most, and within half a second of every change. */
export class LoadProgress {
  readonly #context: Pick<StepContext, 'clock' | 'progress'>
  readonly #totalDocuments: number
  readonly #obstacle: () => string
  #counts: WorkCounts = NO_COUNTS
  #bytesDone = 0
  #bytesTotal = 0
  #waiting = ''
  #publishedAt = -Infinity
  #publishingLater = false
  readonly #ended = new AbortController()

  /** `obstacle` says in a few words what holds the whole load up; empty when nothing does. */
  constructor(context: Pick<StepContext, 'clock' | 'progress'>, totalDocuments: number, obstacle: () => string) {
    this.#context = context
    this.#totalDocuments = totalDocuments
    this.#obstacle = obstacle
  }

  /** Documents that were left out or refused. */
  get leftOut(): number {
    return this.#counts.rejected + this.#counts.sourceless
  }

  /** Goes on from what has been done before. */
  begin({ counts, bytes }: WorkSummary): void {
    this.#counts = counts
    this.#bytesDone = bytes.done
    this.#bytesTotal = bytes.total
  }

  /** An item went on from one count to another. */
  count(from: WorkCounts, to: WorkCounts): void {
    this.#counts = addCounts(this.#counts, minus(to, from))
    this.#waiting = ''
    this.publish()
  }

  /** A slice of this many bytes is done. */
  sliceDone(bytes: number): void {
    this.#bytesDone += bytes
  }

  /** A loader waits. */
  wait(reason: string): void {
    this.#waiting = reason
    this.publish()
  }

  /** Publishes the end, whatever was published a moment ago. */
  end(): void {
    this.#ended.abort()
    this.#send('')
  }

  publish(): void {
    const left = this.#publishedAt + PUBLISH_MS - this.#context.clock.monotonic()
    if (left > 0) {
      void this.#publishIn(left)
      return
    }
    const waiting = this.#waiting === '' ? '' : `waiting: ${this.#waiting}`
    const obstacle = this.#obstacle()
    this.#send(obstacle === '' ? waiting : obstacle)
  }

  /** What comes next may be a long wait, through which the last change has to be seen. */
  async #publishIn(ms: number): Promise<void> {
    if (this.#publishingLater) return
    this.#publishingLater = true
    try {
      await this.#context.clock.sleep(ms, this.#ended.signal)
    } catch {
      return // the load has ended
    }
    this.#publishingLater = false
    this.publish()
  }

  #send(message: string): void {
    this.#publishedAt = this.#context.clock.monotonic()
    const { read } = this.#counts
    this.#context.progress({
      message,
      documents: { done: read, total: Math.max(read, this.#totalDocuments) },
      bytes: { done: this.#bytesDone, total: this.#bytesTotal },
      rejected: this.leftOut,
    })
  }
}

function minus(a: WorkCounts, b: WorkCounts): WorkCounts {
  return {
    read: a.read - b.read,
    acknowledged: a.acknowledged - b.acknowledged,
    rejected: a.rejected - b.rejected,
    skipped: a.skipped - b.skipped,
    sourceless: a.sourceless - b.sourceless,
    bytes: a.bytes - b.bytes,
  }
}
