import { parseJsonExact } from '../codec/json-exact.ts'
import type { JsonValue } from '../codec/json-value.ts'
import { Failure } from '../core/failure.ts'

/** Parses a blob that is plain JSON text; `BLOB_CORRUPT` when it is not valid UTF-8 or not JSON. */
export function parseJsonBlob(bytes: Uint8Array, subject: string): JsonValue {
  let text
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Failure('BLOB_CORRUPT', `its ${bytes.length} bytes are not UTF-8 text`, { op: 'decode', subject, cause })
  }
  return parseJsonExact(text, subject)
}
