import { Failure, messageOf } from '../../core/failure.ts'
import type { RecordedFailure } from './run-events.ts'

/** A thrown value as the journal keeps it; anything but a `Failure` is a fault of the program and never retried. */
export function recordFailure(error: unknown): RecordedFailure {
  if (error instanceof Failure) {
    return {
      code: error.code,
      message: error.message,
      retryable: error.retryable,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.data === undefined ? {} : { data: error.data }),
    }
  }
  return {
    code: 'PROGRAM_FAULT',
    message: error instanceof Error ? (error.stack ?? error.message) : messageOf(error),
    retryable: false,
    hint: 'This is a fault of the program, not of your input.',
  }
}
