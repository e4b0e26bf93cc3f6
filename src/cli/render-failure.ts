import { ERROR_CODES } from '../core/error-codes.ts'
import type { Failure } from '../core/failure.ts'

/** A foreseen failure as people read it: what, where, why, what to do; no stack. */
export function renderFailure(failure: Failure): string {
  const hint = failure.hint ?? ERROR_CODES[failure.code].remedy
  return `Error: ${failure.message}\n  Code: ${failure.code}\n  Hint: ${hint}\n`
}

/** A fault of the program itself: everything that helps to report it. */
export function renderBug(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `Error: this is a fault of the program, not of your input. Nothing is reported as done.\n${text}\n`
}
