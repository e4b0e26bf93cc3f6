import { MAX_DEPTH } from '../codec/json-sink.ts'
import type { JsonValue } from '../codec/json-value.ts'
import { Failure, messageOf } from '../core/failure.ts'

/**
 * Parses a blob that is plain JSON text; `BLOB_CORRUPT` when it is not valid UTF-8, not JSON, or nested deeper than
 * {@link MAX_DEPTH}. Objects have no prototype.
 */
export function parseJsonBlob(bytes: Uint8Array, subject: string): JsonValue {
  const corrupt = (detail: string, cause?: unknown): Failure =>
    new Failure('BLOB_CORRUPT', detail, {
      op: 'decode',
      subject,
      cause,
      hint: 'The file is damaged or cut: read the snapshot from another copy of the repository, or take a new one.',
    })
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw corrupt(`${bytes.length} bytes that are not JSON (${messageOf(cause)})`, cause)
  }
  const convert = (value: unknown, depth: number): JsonValue => {
    if (depth > MAX_DEPTH) throw corrupt(`JSON nested deeper than ${MAX_DEPTH} levels`)
    if (Array.isArray(value)) return value.map((item) => convert(item, depth + 1))
    if (typeof value === 'object' && value !== null) {
      const object = Object.create(null) as Record<string, JsonValue>
      for (const [name, member] of Object.entries(value)) object[name] = convert(member, depth + 1)
      return object
    }
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
    return null
  }
  return convert(parsed, 0)
}
