import { EmptyObject, isJsonObject } from '../codec/json-value.ts'
import type { JsonValue } from '../codec/json-value.ts'
import { Failure } from '../core/failure.ts'
import { decodePackedBody, looksLikeBody } from './metadata-blob.ts'

/** Levels of nesting in metadata, as Elasticsearch allows them; what walks over it may be recursive. */
const MAX_METADATA_DEPTH = 1000

/**
 * The same metadata with every value that is stored compressed or in binary form (mappings, alias filters, pipelines of
 * some releases) decoded in its place; other raw bytes stay, and so does everything that has none in it. `BLOB_CORRUPT` when one is damaged, or when the whole is nested
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
    const list = value as readonly JsonValue[]
    let changed: JsonValue[] | undefined
    for (let n = 0; n < list.length; n++) {
      const unpacked = unpackValues(list[n]!, subject, depth + 1)
      if (unpacked === list[n]) continue
      changed ??= [...list]
      changed[n] = unpacked
    }
    return changed ?? list
  }
  if (!isJsonObject(value)) return value
  // Most objects have nothing packed in them, and a large snapshot has millions.
  let changed: Record<string, JsonValue> | undefined
  for (const name of Object.keys(value)) {
    const member = value[name]!
    const unpacked = unpackValues(member, subject, depth + 1)
    if (unpacked === member) continue
    changed ??= Object.assign(new EmptyObject(), value)
    changed[name] = unpacked
  }
  return changed ?? value
}
