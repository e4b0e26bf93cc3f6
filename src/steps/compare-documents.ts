import type { Cluster } from '../cluster/cluster.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { mapBounded } from '../core/concurrency.ts'
import { counted } from '../core/units.ts'
import type { AddedValues } from '../source/added-values.ts'
import type { DocumentBatch } from '../source/document-batch.ts'
import { typeOfDocuments } from '../source/document-type.ts'
import { EditedLines } from '../source/edited-lines.ts'
import type { SegmentSource } from '../source/segment-source.ts'
import { isDerived, sourceKeeping } from '../source/rebuild/source-kind.ts'
import type { Sourceless } from '../source/rebuild/sourceless.ts'
import { DocumentTally, type DocumentComparison } from '../verify/document-tally.ts'
import { sameDocument } from '../verify/same-document.ts'
import { SAMPLE_SIZE, sampleOfShard } from '../verify/sample.ts'
import { destination } from './delivery.ts'
import { allDocuments, sampledDocuments } from './documents-to-compare.ts'
import { DocumentChanges } from './document-changes.ts'
import { groupOf } from './plan-parts.ts'
import { addedValues } from './slice-sources.ts'
import { RejectedDocuments } from './rejected-documents.ts'
import { groupShards, type GroupShard } from './snapshot-shards.ts'
import type { StepContext, StepInput } from './step.ts'
import { TargetDocuments, type WantedDocument } from './target-documents.ts'

/** What a comparison uses of a step's context. */
export type CompareWorld = Pick<
  StepContext,
  'clock' | 'random' | 'signal' | 'clusters' | 'log' | 'progress' | 'rejects'
>

/** Shards compared side by side; each holds one request's documents in memory. */
const AT_ONCE = 4
const GET_DOCS = 500
const GET_BYTES = 2 * 1024 * 1024
const PUBLISH_MS = 1000

/**
 * Reads documents of the snapshot again (every one, or a sample of each index) and looks each up in the target. `inTarget`
 * has the number of documents of each target index. Changes nothing. `SNAPSHOT_NOT_FOUND` when Cleanup has removed it.
 */
export async function compareDocuments(
  input: StepInput,
  level: 'sample' | 'full',
  target: Cluster,
  inTarget: ReadonlyMap<string, number>,
  maySkip: (index: string) => boolean,
  world: CompareWorld,
): Promise<DocumentComparison[]> {
  const { indices, backfill } = groupOf(input.plan, input.step)
  const rejected = await RejectedDocuments.read(world.rejects(restoreStep(input)))
  const shards = await openShards(input, world)
  const tallies = new Map(indices.map(({ name, stream }) => [stream ?? name, new DocumentTally()]))
  const documents = await TargetDocuments.open(indices, target, world.signal)
  const changes = backfill.transform && new DocumentChanges(backfill.transform)
  let publishedAt = -Infinity
  const publish = (): void => {
    if (world.clock.monotonic() - publishedAt < PUBLISH_MS) return
    publishedAt = world.clock.monotonic()
    const seen = [...tallies.values()].reduce((total, tally) => total + tally.seen, 0)
    world.progress({ message: `${counted(seen, 'document')} compared` })
  }
  await mapBounded(
    shards,
    AT_ONCE,
    async (shard) => {
      const index = shard.delivery?.stream ?? shard.index.name
      const tally = tallies.get(index)!
      const comparison = new ShardComparison(
        shard,
        documents,
        rejected,
        tally,
        maySkip(index),
        backfill.sourceless,
        changes,
        world.signal,
      )
      await comparison.run(level, publish)
    },
    world.signal,
  )
  return [...tallies].map(([name, tally]) => tally.comparison(name, level, inTarget.get(name) ?? 0))
}

interface Held extends WantedDocument {
  readonly type: string | undefined
  /** Undefined when it has none that could be sent, or one that cannot be decoded. */
  readonly source: Uint8Array | undefined
  /** The source as the target shows it when its mapping filters sources likewise; undefined where nothing is filtered. */
  readonly filtered: Uint8Array | undefined
}

/** Compares the documents of one shard, a request's worth at a time. */
class ShardComparison {
  readonly #index: string
  readonly #shard: GroupShard
  readonly #documents: TargetDocuments
  readonly #rejected: RejectedDocuments
  readonly #tally: DocumentTally
  readonly #maySkip: boolean
  readonly #sourceless: Sourceless | undefined
  readonly #changes: DocumentChanges | undefined
  readonly #signal: AbortSignal
  readonly #lines = new EditedLines()
  readonly #indexType: string | undefined
  /** True when the mapping switches sources off, in the target as well, so that a document can only be there or not. */
  readonly #storesNone: boolean
  /** True when the target shows objects that a document lacks as empty ones, as it does where it derives sources. */
  readonly #derives: boolean
  #held: Held[] = []
  #heldBytes = 0

  constructor(
    shard: GroupShard,
    documents: TargetDocuments,
    rejected: RejectedDocuments,
    tally: DocumentTally,
    maySkip: boolean,
    sourceless: Sourceless | undefined,
    changes: DocumentChanges | undefined,
    signal: AbortSignal,
  ) {
    this.#index = shard.index.name
    this.#shard = shard
    this.#documents = documents
    this.#rejected = rejected
    this.#tally = tally
    this.#maySkip = maySkip
    this.#sourceless = sourceless
    this.#changes = changes
    this.#signal = signal
    this.#indexType = typeOfDocuments(shard.index)
    this.#derives = isDerived(shard.index.settings)
    this.#storesNone = sourceKeeping(shard.index).kind === 'disabled'
  }

  async run(level: 'sample' | 'full', publish: () => void): Promise<void> {
    const { directory } = await this.#shard.open(this.#signal)
    const { index, number, delivery } = this.#shard
    const size = sampleOfShard(number, index.numberOfShards, SAMPLE_SIZE)
    const chosen =
      level === 'full'
        ? allDocuments(directory, index, this.#sourceless, this.#signal)
        : sampledDocuments(directory, index, this.#sourceless, `${this.#index}/${number}`, size, this.#signal)
    let of: SegmentSource | undefined
    let added: readonly AddedValues[] = []
    for await (const { batch, rebuilder, source, places } of chosen) {
      if (source !== of) added = await addedValues(source, index, delivery, this.#signal)
      of = source
      this.#lines.begin(batch, rebuilder, added)
      for (const place of places) {
        this.#hold(batch, place)
        // The batch stays as it is until the next one is asked for.
        if (this.#held.length >= GET_DOCS || this.#heldBytes >= GET_BYTES) await this.#compareHeld()
      }
      publish()
    }
    await this.#compareHeld()
    publish()
  }

  #hold(batch: DocumentBatch, place: number): void {
    const source = this.#sourceOf(batch, place)
    const filtered = source && this.#lines.filtered(batch, place)
    this.#heldBytes += (source?.length ?? 0) + (filtered?.length ?? 0)
    const type = batch.type(place) ?? this.#indexType
    this.#held.push({
      id: batch.id(place),
      routing: batch.routing(place),
      type,
      destination: destination(this.#index, type, this.#shard.delivery),
      source,
      filtered: filtered && this.#copied(filtered, 0, filtered.length),
    })
  }

  /** A copy: the batch is filled again before the answer is there. */
  #sourceOf(batch: DocumentBatch, place: number): Uint8Array | undefined {
    try {
      if (this.#lines.find(batch, place) !== undefined) return undefined
    } catch (error) {
      if (isFailure(error, 'BLOB_CORRUPT', 'FORMAT_UNSUPPORTED')) return undefined
      throw error
    }
    const { bytes, start, end } = this.#lines
    return this.#copied(bytes, start, end)
  }

  #copied(bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    if (this.#changes === undefined) return Uint8Array.prototype.slice.call(bytes, start, end)
    const changed = this.#changes.apply(bytes, start, end)
    return 'json' in changed ? changed.json : undefined
  }

  #isSame({ source, filtered }: Held, found: Uint8Array | undefined): boolean {
    if (source === undefined) return false
    if (found === undefined) return this.#storesNone
    if (this.#derives && sameDocument(source, found, { emptyObjects: true })) return true
    return sameDocument(source, found) || (filtered !== undefined && sameDocument(filtered, found))
  }

  async #compareHeld(): Promise<void> {
    const held = this.#held
    this.#held = []
    this.#heldBytes = 0
    if (held.length === 0) return
    const answers = await this.#documents.get(this.#index, held, this.#signal)
    for (const [n, document] of held.entries()) {
      const answer = answers[n]!
      if (answer.kind === 'found' && this.#isSame(document, answer.source)) {
        this.#tally.same()
      } else if (this.#rejected.has({ ...document, index: document.destination })) this.#tally.leftOut()
      else if (answer.kind !== 'found') this.#tally.missing(document.id)
      else if (this.#maySkip) this.#tally.kept()
      else this.#tally.different(document.id)
    }
  }
}

async function openShards(input: StepInput, world: CompareWorld): Promise<GroupShard[]> {
  try {
    return await groupShards(input, world)
  } catch (error) {
    if (!isFailure(error, 'SNAPSHOT_NOT_FOUND', 'REPOSITORY_NOT_FOUND')) throw error
    throw new Failure(
      'SNAPSHOT_NOT_FOUND',
      `${error.detail}; documents are compared with the snapshot they came from`,
      {
        op: 'compare',
        subject: error.subject,
        hint: 'Cleanup removes the snapshot of a run: keep it with cleanup.snapshot: false, or compare with --level counts.',
        cause: error,
      },
    )
  }
}

function restoreStep({ plan, step }: StepInput): string {
  const found = plan.steps.find(({ kind, group }) => kind === 'restore-documents' && group === step.group)
  return found?.id ?? ''
}
