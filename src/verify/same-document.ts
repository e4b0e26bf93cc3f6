import { parseJsonExact } from '../codec/json-exact.ts'
import { scalarText } from '../codec/json-text-sink.ts'
import { isJsonObject, type JsonScalar, type JsonValue } from '../codec/json-value.ts'
import { isFailure } from '../core/failure.ts'

/**
 * True when two sources mean the same document: the same bytes, or JSON of the same value with every digit of its numbers,
 * whatever the order of members and the blanks. Sources that are no JSON are the same only when their bytes are.
 */
export function sameDocument(left: Uint8Array, right: Uint8Array): boolean {
  if (Buffer.compare(left, right) === 0) return true
  try {
    return canonicalText(left) === canonicalText(right)
  } catch (error) {
    if (isFailure(error, 'BLOB_CORRUPT') || error instanceof TypeError) return false
    throw error
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function canonicalText(source: Uint8Array): string {
  return canonical(parseJsonExact(utf8.decode(source), 'document'))
}

/** JSON text without blanks, members sorted by name. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(canonical).join(',')}]`
  if (!isJsonObject(value)) return scalarText(value as JsonScalar)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name]!)}`).join(',')}}`
}
