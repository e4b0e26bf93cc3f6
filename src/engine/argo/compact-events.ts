import type { RunEvent } from '../run/run-events.ts'
import { packEvents } from './journal-object.ts'

/** Bytes of a packed journal at most: base64 makes 4 of 3, and a ConfigMap holds a little over a million. */
export const MAX_JOURNAL_BYTES = 700_000
/** Progress of this time is kept: the rate is made from it. */
const RECENT_MS = 30_000
/** Points of progress that are nearer to the one before are left out. */
const POINT_MS = 2000

/**
 * The same state of the step in fewer events: progress only as far as the rate needs it, and when that is not enough, the
 * middle of the log replaced by a line that says so. Beginning and end of a log tell more than its middle.
 */
export function compactEvents(
  events: readonly RunEvent[],
  maxBytes = MAX_JOURNAL_BYTES,
): { readonly events: readonly RunEvent[]; readonly packed: Buffer } {
  let kept = thinProgress(events)
  let packed = packEvents(kept)
  while (packed.length > maxBytes) {
    const shorter = cutLog(kept)
    if (shorter.length === kept.length) break // Nothing is left that could be spared; the cluster judges.
    kept = shorter
    packed = packEvents(kept)
  }
  return { events: kept, packed }
}

function thinProgress(events: readonly RunEvent[]): readonly RunEvent[] {
  const last = events.findLast(({ type }) => type === 'step-progress')
  if (last === undefined) return events
  let point = -Infinity
  return events.filter((event) => {
    if (event.type !== 'step-progress' || event === last) return true
    if (event.at < last.at - RECENT_MS || event.at < point + POINT_MS) return false
    point = event.at
    return true
  })
}

/** Takes out half of the log, from its first quarter on. */
function cutLog(events: readonly RunEvent[]): readonly RunEvent[] {
  const lines = events.filter(isLine)
  const half = Math.ceil(lines.length / 2)
  if (lines.length < 4) return events
  const cut = new Set(lines.slice(Math.floor(lines.length / 4)).slice(0, half))
  const earlier = events.filter((event) => event.type === 'log-cut')
  const count = earlier.reduce((sum, { lines: left }) => sum + left, cut.size)
  const [first] = cut
  return events.flatMap((event): readonly RunEvent[] => {
    if (event === first) return [{ at: event.at, type: 'log-cut', lines: count }]
    return cut.has(event) || event.type === 'log-cut' ? [] : [event]
  })
}

function isLine({ type }: RunEvent): boolean {
  return type === 'log' || type === 'work-failed'
}
