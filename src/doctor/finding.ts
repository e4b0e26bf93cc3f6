import { ERROR_CODES } from '../core/error-codes.ts'
import type { Failure } from '../core/failure.ts'

/** How serious a finding is: a problem stops a migration, a warning may hurt it. */
export type FindingLevel = 'ok' | 'warning' | 'problem'

/** What one check found out about one thing. */
export interface Finding {
  /** The check, kebab-case; stable. */
  readonly id: CheckId
  readonly level: FindingLevel
  /** What it is about: `source prod`, `migration m1`. */
  readonly subject: string
  /** One sentence without a full stop. */
  readonly message: string
  /** What to do about it; every problem has one. */
  readonly remedy?: string
}

/** Every check, in the order of the report. */
export const CHECK_IDS = [
  'reachable',
  'tls',
  'authentication',
  'version',
  'health',
  'read-rights',
  'write-rights',
  'repository',
  'repository-source',
  'indices',
  'shard-size',
  'shard-limit',
  'disk',
  'existing-index',
] as const

/** The name of a check. */
export type CheckId = (typeof CHECK_IDS)[number]

/** A finding without problem. */
export function ok(id: CheckId, subject: string, message: string): Finding {
  return { id, level: 'ok', subject, message }
}

/** A finding that may hurt. */
export function warning(id: CheckId, subject: string, message: string, remedy: string): Finding {
  return { id, level: 'warning', subject, message, remedy }
}

/** A finding that stops a migration. */
export function problem(id: CheckId, subject: string, message: string, remedy: string): Finding {
  return { id, level: 'problem', subject, message, remedy }
}

/** A failure as a finding. */
export function problemOf(id: CheckId, subject: string, failure: Failure): Finding {
  return problem(id, subject, failure.message, remedyOf(failure))
}

/** What a failure hints at, or what usually helps against its code. */
export function remedyOf(failure: Failure): string {
  return failure.hint ?? ERROR_CODES[failure.code].remedy
}
