import type { CaseResult } from './fuzz-case.ts'

/** Which cases to run. */
export interface ToWorker {
  readonly firstSeed: number
  readonly cases: number
}

/** How far the worker is; `largest` and `rss` in bytes. */
export type FromWorker =
  | { readonly begun: number }
  | { readonly result: CaseResult; readonly largest: number; readonly rss: number }
  | { readonly finished: true }
