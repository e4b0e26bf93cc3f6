import { parseJsonExact } from '../codec/json-exact.ts'
import { scalarText } from '../codec/json-text-sink.ts'
import { EmptyObject, isJsonObject, type JsonScalar, type JsonValue } from '../codec/json-value.ts'
import { isFailure } from '../core/failure.ts'

/** What does not count when sources are compared. */
export interface Indulgence {
  /** Objects without members are as good as absent. Default: false. */
  readonly emptyObjects?: boolean
}

/**
 * True when two sources mean the same document: the same bytes, or JSON of the same value with every digit of its numbers,
 * whatever the order of members and the blanks. Sources that are no JSON are the same only when their bytes are.
 */
export function sameDocument(left: Uint8Array, right: Uint8Array, indulgence: Indulgence = {}): boolean {
  if (Buffer.compare(left, right) === 0) return true
  try {
    return canonicalText(left, indulgence) === canonicalText(right, indulgence)
  } catch (error) {
    if (isFailure(error, 'BLOB_CORRUPT') || error instanceof TypeError) return false
    throw error
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function canonicalText(source: Uint8Array, { emptyObjects = false }: Indulgence): string {
  const document = parseJsonExact(utf8.decode(source), 'document')
  return canonical(emptyObjects ? withoutEmptyObjects(document) : document)
}

/** Lists stay as they are: an object in one has a place. */
function withoutEmptyObjects(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const left = new EmptyObject()
  for (const [name, member] of Object.entries(value)) {
    const inner = withoutEmptyObjects(member)
    if (!isJsonObject(inner) || Object.keys(inner).length > 0) left[name] = inner
  }
  return left
}

/** JSON text without blanks, members sorted by name. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(canonical).join(',')}]`
  if (!isJsonObject(value)) return scalarText(value as JsonScalar)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name]!)}`).join(',')}}`
}
