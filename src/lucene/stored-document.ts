import { Failure } from '../core/failure.ts'
import type { FieldInfos } from './field-infos.ts'
import type { StoredChunk } from './stored-chunk.ts'
import type { NumberForm } from './stored-fields-opening.ts'

/** Kind of a stored value, as its lowest three bits say. */
export const StoredType = { string: 0, bytes: 1, int: 2, float: 3, long: 4, double: 5 } as const

/** Role of a field number that the segment does not have, and of a field that is not wanted. */
const UNKNOWN = 0
const SKIPPED = 1
const FIRST_WANTED = 2

/** What to look for in documents: a role for each field number; made once a segment by {@link wantedFields}. */
export interface WantedFields {
  readonly roles: Uint8Array
  readonly numbers: NumberForm
  /** For messages: the file that the documents lie in. */
  readonly subject: string
}

/** Where the wanted fields of one document lie in `chunk.bytes`; overwritten by every {@link scanDocument}. */
export interface DocumentSpans {
  /** How often the field occurs; 0 when the document has none. */
  readonly counts: Int32Array
  /** {@link StoredType} of the first value. */
  readonly types: Uint8Array
  /** The first value: content of strings and bytes without their length, encoded form of numbers. */
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/** Looks up the numbers of up to 250 field names; entry `k` of the spans is the field `names[k]`. */
export function wantedFields(
  fields: FieldInfos,
  names: readonly string[],
  numbers: NumberForm,
  subject: string,
): WantedFields {
  const roles = new Uint8Array(fields.maxNumber + 1)
  for (const { name, number } of fields.byNumber.values()) {
    const place = names.indexOf(name)
    roles[number] = place === -1 ? SKIPPED : FIRST_WANTED + place
  }
  return { roles, numbers, subject }
}

/** Room for the spans of `count` wanted fields. */
export function documentSpans(count: number): DocumentSpans {
  return {
    counts: new Int32Array(count),
    types: new Uint8Array(count),
    starts: new Int32Array(count),
    ends: new Int32Array(count),
  }
}

/**
 * Finds the wanted fields of document `place` of a chunk without allocating; every other field is passed over but checked,
 * too. `BLOB_CORRUPT` for unknown fields and kinds, and when the fields do not end exactly where the document does.
 *
 * ```
 * field: vlong number << 3 | kind, value · string, bytes: vint length, content · numbers: 1 to 11 bytes
 * ```
 *
 * Source: Lucene `CompressingStoredFieldsReader.SerializedDocument`.
 */
export function scanDocument(chunk: StoredChunk, place: number, wanted: WantedFields, spans: DocumentSpans): void {
  const { bytes } = chunk
  const { roles } = wanted
  const documentEnd = chunk.starts[place + 1]!
  let at = chunk.starts[place]!
  spans.counts.fill(0)
  for (let field = chunk.fieldCounts[place]!; field > 0; field--) {
    // Reads behind the document's end give its neighbour's bytes or undefined; the check of `end` below finds out.
    let byte = bytes[at++]!
    let key = byte & 0x7f
    for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[at++]!
      key |= (byte & 0x7f) << shift
    }
    const role = byte < 0x80 ? roles[key >>> 3] : UNKNOWN
    if (role === undefined || role === UNKNOWN) throw corrupt(chunk, place, wanted, `unknown field ${key >>> 3}`, at)
    const type = key & 7
    let end: number
    if (type <= StoredType.bytes) {
      byte = bytes[at++]!
      let length = byte & 0x7f
      for (let shift = 7; byte >= 0x80 && shift < 35; shift += 7) {
        byte = bytes[at++]!
        length |= (byte & 0x7f) << shift
      }
      end = at + length
      if (length < 0 || !(byte < 0x80)) throw corrupt(chunk, place, wanted, 'impossible length of a value', at)
    } else {
      end = at + numberLength(bytes, at, type, wanted.numbers)
    }
    // The form of the comparison catches NaN, too.
    if (!(end <= documentEnd))
      throw corrupt(chunk, place, wanted, `value ends at ${end}, the document at ${documentEnd}`, at)
    if (role >= FIRST_WANTED) {
      const slot = role - FIRST_WANTED
      if (spans.counts[slot]!++ === 0) {
        spans.types[slot] = type
        spans.starts[slot] = at
        spans.ends[slot] = end
      }
    }
    at = end
  }
  if (at !== documentEnd) throw corrupt(chunk, place, wanted, `${documentEnd - at} bytes left over`, at)
}

/** Bytes that a stored number takes; NaN, which fails every comparison, for kinds that do not exist. */
export function numberLength(bytes: Uint8Array, at: number, type: number, numbers: NumberForm): number {
  if (numbers === 'fixed') {
    if (type === StoredType.int || type === StoredType.float) return 4
    return type === StoredType.long || type === StoredType.double ? 8 : Number.NaN
  }
  const first = bytes[at]!
  switch (type) {
    case StoredType.int:
      return variableLength(bytes, at, 5)
    case StoredType.float:
      if (first === 0xff) return 5
      return first >= 0x80 ? 1 : 4
    case StoredType.long:
      return (first & 0x20) === 0 ? 1 : 1 + variableLength(bytes, at + 1, 9)
    case StoredType.double:
      if (first === 0xff) return 9
      if (first === 0xfe) return 5
      return first >= 0x80 ? 1 : 8
    default:
      return Number.NaN
  }
}

function variableLength(bytes: Uint8Array, at: number, limit: number): number {
  for (let length = 1; length <= limit; length++) if (bytes[at + length - 1]! < 0x80) return length
  return Number.NaN
}

function corrupt(chunk: StoredChunk, place: number, wanted: WantedFields, detail: string, at: number): Failure {
  return new Failure('BLOB_CORRUPT', `${detail} in document ${chunk.docBase + place}, byte ${at} of its chunk`, {
    op: 'decode',
    subject: wanted.subject,
  })
}
