import { isJsonObject } from '../codec/json-value.ts'
import type { JsonValue } from '../codec/json-value.ts'
import { Failure } from '../core/failure.ts'
import { decodePackedBody, looksLikeBody } from './metadata-blob.ts'

/** Levels of nesting in metadata, as Elasticsearch allows them; what walks over it may be recursive. */
const MAX_METADATA_DEPTH = 1000

/**
 * The same metadata with every value that is stored compressed or in binary form (mappings, alias filters, pipelines of
 * some releases) decoded in place; other raw bytes stay. `BLOB_CORRUPT` when one is damaged, or when the whole is nested
 * deeper than {@link MAX_METADATA_DEPTH}.
 *
 * Source: Elasticsearch `CompressedXContent`, the `binary` parameter of `IndexMetadata.Builder.toXContent`.
 */
export function unpackValues(value: JsonValue, subject: string, depth = 0): JsonValue {
  if (depth > MAX_METADATA_DEPTH) {
    throw new Failure('BLOB_CORRUPT', `nested deeper than ${MAX_METADATA_DEPTH} levels`, { op: 'decode', subject })
  }
  if (value instanceof Uint8Array) {
    return looksLikeBody(value) ? unpackValues(decodePackedBody(value, subject, 0), subject, depth + 1) : value
  }
  // Plain loops: a callback would take a second frame of the stack for every level.
  if (Array.isArray(value)) {
    const list: JsonValue[] = []
    for (const item of value as readonly JsonValue[]) list.push(unpackValues(item, subject, depth + 1))
    return list
  }
  if (!isJsonObject(value)) return value
  const object = Object.create(null) as Record<string, JsonValue>
  for (const [name, member] of Object.entries(value)) object[name] = unpackValues(member, subject, depth + 1)
  return object
}
