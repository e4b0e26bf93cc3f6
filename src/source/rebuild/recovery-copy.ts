import { sourceToJsonLine } from '../../codec/source-form.ts'
import type { DocumentBatch } from '../document-batch.ts'
import { sourceSubject } from '../source-lines.ts'

/**
 * The source of the document at `place` as the server kept it for its own recovery, as a line of JSON; undefined where it kept
 * none. `BLOB_CORRUPT` when it cannot be decoded.
 */
export function recoveryCopy(batch: DocumentBatch, place: number): Uint8Array | undefined {
  const start = batch.recoveryStart(place)
  if (start === -1) return undefined
  return sourceToJsonLine(batch.bytes.subarray(start, batch.recoveryEnd(place)), sourceSubject(batch, place))
}
