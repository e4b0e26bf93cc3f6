import { cborToJson } from '../../codec/cbor.ts'
import { decimalText, signedInteger } from '../../codec/decimal-text.ts'
import { floatText } from '../../codec/float-text.ts'
import { dropNewlines } from '../../codec/json-text.ts'
import { smileToJson } from '../../codec/smile.ts'
import { yamlToJson } from '../../codec/yaml-source.ts'
import { ByteCursor } from '../../core/byte-cursor.ts'

/**
 * A value that the server kept because no column could hold it, as JSON: a letter for its kind, then the value. Undefined for
 * the kind that stands for nothing. `BLOB_CORRUPT` when the bytes do not fit, `FORMAT_UNSUPPORTED` for an unknown kind.
 *
 * Source: Elasticsearch `XContentDataHelper`.
 */
export function taggedText(bytes: Uint8Array, subject: string): string | undefined {
  const cursor = new ByteCursor(bytes, subject, { order: 'little' })
  const kind = String.fromCharCode(cursor.uint8())
  const payload = bytes.subarray(1)
  switch (kind) {
    case 'S':
      return JSON.stringify(utf8(payload, cursor))
    case 'I':
      return cursor.int32().toString()
    case 'L':
      return cursor.int64().toString()
    case 'D':
      return floatText(new Float64Array(BigInt64Array.of(cursor.int64()).buffer)[0]!)
    case 'F':
      return floatText(cursor.float32(), true)
    case 'i':
      return signedInteger(payload).toString()
    case 'd': {
      const scale = cursor.int32()
      return decimalText(signedInteger(bytes.subarray(5)), scale)
    }
    case 't':
      return 'true'
    case 'f':
      return 'false'
    case 'n':
      return 'null'
    case 'b':
      return JSON.stringify(Buffer.from(payload).toString('base64'))
    case 'j':
      return utf8(dropNewlines(payload), cursor)
    case 's':
      return utf8(smileToJson(payload, subject), cursor)
    case 'c':
      return utf8(cborToJson(payload, subject), cursor)
    case 'y':
      return utf8(yamlToJson(payload, subject), cursor)
    case 'v':
      return undefined
    default:
      throw cursor.unsupported(`kept value of kind ${bytes[0]!}`)
  }
}

function utf8(bytes: Uint8Array, cursor: ByteCursor): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw cursor.corrupt('invalid UTF-8 in a kept value', 1, cause)
  }
}
