import type { ConfigGroup } from '../config/config.ts'
import { systemObjectReason } from '../metadata/system-objects.ts'
import type { Offer } from './offer.ts'
import { selectNames, type SelectedNames } from './select-names.ts'

/** What the patterns of a group choose of an offer. */
export interface SelectedIndices extends SelectedNames {
  /** Sorted by name; those of a data stream one after the other, the oldest first. */
  readonly selected: ReadonlySet<string>
  /** Data stream by index behind it, for streams that were chosen by their own names. */
  readonly streamOf: ReadonlyMap<string, string>
  readonly warnings: readonly string[]
}

/**
 * Applies the patterns of a group to indices and data streams alike. A stream that is chosen brings every index behind it;
 * an index behind a stream that is chosen by its own name alone is an ordinary index.
 */
export function selectIndices(group: ConfigGroup, offer: Offer): SelectedIndices {
  const streams = new Map(offer.dataStreams.map(({ name, indices }) => [name, indices]))
  const { selected: names, matches } = selectNames(new Set([...offer.names, ...streams.keys()]), group.indices)
  const warnings: string[] = []
  const streamOf = new Map<string, string>()
  for (const [stream, indices] of streams) {
    if (!names.has(stream)) continue
    const reason = group.indices.includes(stream) ? undefined : systemObjectReason('data stream', stream)
    if (reason === undefined) for (const index of indices) streamOf.set(index, stream)
    else
      warnings.push(`${group.label} leaves out the data stream ${stream}: it ${reason}; name it without * to move it`)
  }
  const plain = [...names].filter((name) => !streams.has(name) && !streamOf.has(name)).sort()
  const behind = [...streamOf.keys()].filter((name) => offer.names.has(name))
  return { selected: new Set([...plain, ...behind]), streamOf, matches, warnings }
}
