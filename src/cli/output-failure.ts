import { Failure, messageOf } from '../core/failure.ts'

/** The failure for an error of writing a result: `STORE_FULL` when there is no space left, else `OUTPUT_UNWRITABLE`. */
export function outputFailure(cause: unknown, subject: string): Failure {
  const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((cause as NodeJS.ErrnoException).code ?? '')
  return new Failure(full ? 'STORE_FULL' : 'OUTPUT_UNWRITABLE', messageOf(cause), {
    op: 'write',
    subject,
    cause,
    ...(full ? { hint: 'Free space there, or write to another place, then run the command again.' } : {}),
  })
}
