const LEAST_MS = 50

/**
 * How long to wait before looking again at something that has gone on for `elapsedMs`: a tenth of that, so that its end is noticed
 * soon however short it is, and at most `mostMs`, in milliseconds.
 */
export function growingPause(elapsedMs: number, mostMs: number): number {
  return Math.min(mostMs, Math.max(LEAST_MS, elapsedMs / 10))
}
