import type { ErrorCode } from './error-codes.ts'

/** Where and how a {@link Failure} happened. */
export interface FailureOptions {
  /** What was being done, as a verb phrase: `read segment infos`. */
  readonly op: string
  /** The thing it was done to: a blob path, an index name, a URL without credentials. */
  readonly subject: string
  /** One sentence that tells the user what to do next. */
  readonly hint?: string
  /** True only if the same call may succeed later without anyone changing anything. Default: false. */
  readonly retryable?: boolean
  readonly cause?: unknown
  /** What is known all the same, as plain JSON: what a step that failed had done, for the report. */
  readonly data?: unknown
}

/** The one error class that crosses a folder boundary; anything else that reaches `cli/` is a bug. Match on `code`. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly code: ErrorCode
  readonly op: string
  readonly subject: string
  /** What is wrong, with the numbers; the message without operation and subject. */
  readonly detail: string
  readonly hint: string | undefined
  readonly retryable: boolean
  readonly data: unknown

  constructor(code: ErrorCode, detail: string, options: FailureOptions) {
    super(`${options.op} ${options.subject}: ${detail}`, { cause: options.cause })
    this.code = code
    this.op = options.op
    this.subject = options.subject
    this.detail = detail
    this.hint = options.hint
    this.retryable = options.retryable ?? false
    this.data = options.data
  }
}

/** True when `error` is a {@link Failure}, optionally with one of the given codes. */
export function isFailure(error: unknown, ...codes: readonly ErrorCode[]): error is Failure {
  return error instanceof Failure && (codes.length === 0 || codes.includes(error.code))
}

/** The text of anything that was thrown, for use inside another failure's detail. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
