import type { Cluster } from '../cluster/cluster.ts'
import { listDataStreams } from '../cluster/data-streams.ts'
import type { GotDocument } from '../cluster/get-answer.ts'
import { multiGet, type GetTarget } from '../cluster/multi-get.ts'
import type { PlannedIndex } from '../plan/plan.ts'

/** A document to look up, with the index or data stream of the target that took it. */
export interface WantedDocument extends GetTarget {
  readonly destination: string
}

/** Looks up what the target holds of the documents of a snapshot, wherever the load has put them. */
export class TargetDocuments {
  readonly #target: Cluster
  /** For each index of the snapshot behind a stream: the indices of the target to ask, the likeliest first. */
  readonly #behind: ReadonlyMap<string, readonly string[]>

  private constructor(target: Cluster, behind: ReadonlyMap<string, readonly string[]>) {
    this.#target = target
    this.#behind = behind
  }

  /** Prepares for the indices of a group, those of a data stream in their order. Codes as `listDataStreams`. */
  static async open(indices: readonly PlannedIndex[], target: Cluster, signal: AbortSignal): Promise<TargetDocuments> {
    const behind = new Map<string, readonly string[]>()
    if (indices.every(({ stream }) => stream === undefined)) return new TargetDocuments(target, behind)
    const streams = new Map((await listDataStreams(target, signal)).map((stream) => [stream.name, stream.indices]))
    const positions = new Map<string, number>()
    for (const { name, stream } of indices) {
      if (stream === undefined) continue
      const position = positions.get(stream) ?? 0
      positions.set(stream, position + 1)
      const there = streams.get(stream) ?? []
      // Identifiers are unique in an index only, so that of the same generation comes first.
      const likely = there[position]
      behind.set(name, likely === undefined ? there : [likely, ...there.filter((other) => other !== likely)])
    }
    return new TargetDocuments(target, behind)
  }

  /** Asks for documents of an index of the snapshot; the answers are in the order of `wanted`. Codes as `multiGet`. */
  async get(index: string, wanted: readonly WantedDocument[], signal: AbortSignal): Promise<readonly GotDocument[]> {
    const answers: GotDocument[] = wanted.map(() => ({ kind: 'missing' }))
    const ask = async (from: string, places: readonly number[]): Promise<void> => {
      const documents = places.map((place) => wanted[place]!)
      const got = await multiGet(this.#target, from, documents, signal)
      for (const [n, place] of places.entries()) answers[place] = got[n]!
    }
    const behind = this.#behind.get(index)
    if (behind !== undefined) {
      for (const one of behind) {
        const open = [...answers.keys()].filter((place) => answers[place]!.kind !== 'found')
        if (open.length > 0) await ask(one, open)
      }
      return answers
    }
    const byIndex = new Map<string, number[]>()
    for (const [place, { destination }] of wanted.entries()) {
      byIndex.set(destination, [...(byIndex.get(destination) ?? []), place])
    }
    for (const [destination, places] of byIndex) await ask(destination, places)
    return answers
  }
}
