import { MAX_DEPTH } from '../codec/json-sink.ts'
import { isJsonObject } from '../codec/json-value.ts'
import type { JsonValue } from '../codec/json-value.ts'
import { Failure } from '../core/failure.ts'
import { decodePackedBody, looksLikeBody } from './metadata-blob.ts'

/**
 * The same metadata with every value that is stored compressed or in binary form (mappings, alias filters, pipelines of
 * some releases) decoded in place; other raw bytes stay. `BLOB_CORRUPT` when one is damaged.
 *
 * Source: Elasticsearch `CompressedXContent`, the `binary` parameter of `IndexMetadata.Builder.toXContent`.
 */
export function unpackValues(value: JsonValue, subject: string, depth = 0): JsonValue {
  if (depth > 2 * MAX_DEPTH) {
    throw new Failure('BLOB_CORRUPT', 'metadata inside metadata without end', { op: 'decode', subject })
  }
  if (value instanceof Uint8Array) {
    return looksLikeBody(value) ? unpackValues(decodePackedBody(value, subject, 0), subject, depth + 1) : value
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => unpackValues(item, subject, depth + 1))
  if (!isJsonObject(value)) return value
  const object = Object.create(null) as Record<string, JsonValue>
  for (const [name, member] of Object.entries(value)) object[name] = unpackValues(member, subject, depth + 1)
  return object
}
