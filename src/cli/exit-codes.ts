import type { ErrorCode } from '../core/error-codes.ts'

/** Exit codes of every command, documented in each command's `--help`. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  rejects: 3,
  differences: 4,
  locked: 5,
  approval: 6,
  notFound: 7,
  temporary: 75,
  interrupted: 130,
  terminated: 143,
} as const

/** What each exit code means, as `--help` says it. */
export const EXIT_MEANINGS: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'failed',
  2: 'usage or configuration',
  3: 'finished, but documents were left out or rejected',
  4: 'verification found differences',
  5: 'another runner works on it',
  6: 'waiting for approval',
  7: 'not found',
  75: 'temporary, try again; a workflow that was waited for goes on',
  130: 'interrupted, can be resumed',
  143: 'terminated, can be resumed',
}

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  USAGE: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  CONFIG_MISSING: EXIT.usage,
  DOCUMENTS_REJECTED: EXIT.rejects,
  SOURCE_MISSING: EXIT.rejects,
  VERIFY_DIFFERENCES: EXIT.differences,
  WORKFLOW_LOCKED: EXIT.locked,
  WORKFLOW_NOT_FOUND: EXIT.notFound,
  SNAPSHOT_NOT_FOUND: EXIT.notFound,
  REPOSITORY_NOT_FOUND: EXIT.notFound,
  INDEX_NOT_FOUND: EXIT.notFound,
  STORE_THROTTLED: EXIT.temporary,
  CLUSTER_THROTTLED: EXIT.temporary,
  TIMEOUT: EXIT.temporary,
  ABORTED: EXIT.interrupted,
}

/** The exit code of a failure: 1 unless its code has one of its own. */
export function exitCodeOf(code: ErrorCode): number {
  return BY_CODE[code] ?? EXIT.failed
}

/** The exit code after Ctrl-C or SIGTERM, whichever fired the signal. */
export function interruptExitCode(signal: AbortSignal): number {
  const reason: unknown = signal.reason
  return reason instanceof Error && reason.message.includes('SIGTERM') ? EXIT.terminated : EXIT.interrupted
}
