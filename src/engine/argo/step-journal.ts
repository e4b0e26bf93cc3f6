import type { Clock } from '../../core/clock.ts'
import { isFailure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { Kubernetes, KubernetesObject } from '../../kubernetes/kubernetes.ts'
import type { RunEvent, RunEventBody } from '../run/run-events.ts'
import { compactEvents } from './compact-events.ts'
import type { EventTime } from './event-time.ts'
import { eventsOf, journalManifest } from './journal-object.ts'
import { journalName } from './run-names.ts'
import type { RunRoot } from './run-root.ts'

/** What a journal is made of. */
export interface StepJournalParts {
  readonly kubernetes: Kubernetes
  readonly root: Pick<RunRoot, 'name' | 'uid'>
  readonly step: string
  readonly clock: Clock
  readonly random: Random
  readonly time: EventTime
}

/** How long events that nothing waits for may be gathered. */
const GATHER_MS = 1000
/** Writers of one journal are few and write seldom, so a conflict is over after some attempts. */
const MAX_CONFLICTS = 30
const CONFLICT_MS = 200
/** How often a write is tried while the cluster cannot be reached, and the pause between. */
const MAX_ATTEMPTS = 8
const UNREACHABLE_MS = 5000

/**
 * The journal of a step: a ConfigMap with all its events, replaced as a whole. The `resourceVersion` guards it: what another
 * pod has written meanwhile is read and kept. Events that were written and whose answer was lost are not written twice.
 */
export class StepJournal {
  readonly #parts: StepJournalParts
  #object: KubernetesObject | undefined
  #events: readonly RunEvent[] = []
  #pending: RunEvent[] = []
  #tail: Promise<void> = Promise.resolve()
  readonly #closed = new AbortController()
  #gathering: Promise<void> | undefined

  private constructor(parts: StepJournalParts) {
    this.#parts = parts
  }

  /** Opens the journal of a step, which need not exist yet. `STATE_CORRUPT`, `KUBERNETES_…`. */
  static async open(parts: StepJournalParts): Promise<StepJournal> {
    const journal = new StepJournal(parts)
    await journal.#read()
    return journal
  }

  /** All events of the step that this process knows of, those that are still to be written included. */
  get events(): readonly RunEvent[] {
    return [...this.#events, ...this.#pending]
  }

  /** Adds an event that is written within about a second, and lost if the pod dies before. */
  note(body: RunEventBody): void {
    this.#add(body)
    this.#gathering ??= this.#gather()
  }

  /** Adds an event; it is written when this returns. `KUBERNETES_…` when it cannot be written for most of a minute. */
  async record(body: RunEventBody): Promise<void> {
    this.#add(body)
    await this.flush()
  }

  /** Writes what has been noted. */
  flush(): Promise<void> {
    const written = this.#tail.then(() => this.#write())
    this.#tail = written.catch(() => undefined)
    return written
  }

  /** Writes what has been noted, and nothing after. */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#gathering
    await this.flush()
  }

  #add(body: RunEventBody): void {
    this.#pending.push({ at: this.#parts.time.next(), ...body })
  }

  async #gather(): Promise<void> {
    try {
      await this.#parts.clock.sleep(GATHER_MS, this.#closed.signal)
    } catch {
      return // The end of the journal writes it.
    } finally {
      this.#gathering = undefined
    }
    await this.flush().catch(() => {
      // Nothing waits for these; the next write takes them along.
    })
  }

  async #write(): Promise<void> {
    const { clock, random } = this.#parts
    let conflicts = 0
    for (let attempt = 1; this.#pending.length > 0;) {
      try {
        await this.#replace()
      } catch (error) {
        if (isFailure(error, 'KUBERNETES_CONFLICT', 'KUBERNETES_EXISTS') && ++conflicts < MAX_CONFLICTS) {
          await clock.sleep(random.next() * CONFLICT_MS * Math.min(conflicts, 10), NEVER)
        } else if (isFailure(error) && error.retryable && attempt < MAX_ATTEMPTS) {
          attempt++
          await clock.sleep(UNREACHABLE_MS, NEVER)
        } else throw error
        // Also after an answer that was lost: the events may be there.
        await this.#read().catch((reading: unknown) => {
          if (!isFailure(reading) || !reading.retryable) throw reading
        })
      }
    }
  }

  async #replace(): Promise<void> {
    const { kubernetes, root, step } = this.#parts
    const writing = [...this.#pending]
    const { events, packed } = compactEvents([...this.#events, ...writing])
    const manifest = journalManifest(root, step, packed)
    const resourceVersion = this.#object?.metadata.resourceVersion
    this.#object =
      resourceVersion === undefined
        ? await kubernetes.create(manifest)
        : await kubernetes.replace({ ...manifest, metadata: { ...manifest.metadata, resourceVersion } })
    this.#events = events
    this.#pending = this.#pending.slice(writing.length)
  }

  async #read(): Promise<void> {
    const { kubernetes, root, step, time } = this.#parts
    this.#object = await kubernetes.get('ConfigMap', journalName(root.name, step))
    this.#events = this.#object === undefined ? [] : eventsOf(this.#object)
    time.saw(this.#events)
    const known = new Set(this.#events.map((event) => JSON.stringify(event)))
    this.#pending = this.#pending.filter((event) => !known.has(JSON.stringify(event)))
  }
}

/** What a journal still has to write is written after a stop, too. */
const NEVER = new AbortController().signal
