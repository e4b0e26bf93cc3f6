import { Failure } from '../core/failure.ts'

/** The `BLOB_CORRUPT` failure of a decoder: what is wrong and at which byte of its input; the caller throws it. */
export function corrupt(subject: string, detail: string, at: number, cause?: unknown): Failure {
  return new Failure('BLOB_CORRUPT', `${detail} at byte ${at}`, { op: 'decode', subject, cause })
}
