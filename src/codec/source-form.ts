import { cborToJson } from './cbor.ts'
import { corrupt } from './corrupt.ts'
import { dropNewlines } from './json-text.ts'
import { isLzf, lzfDecode } from './lzf.ts'
import { smileToJson } from './smile.ts'
import { yamlToJson } from './yaml-source.ts'

/** How the bytes of a `_source` are written. */
export type SourceForm = 'json' | 'smile' | 'cbor' | 'yaml' | 'lzf'

/** Longest source inside an LZF stream, in bytes; clients could send 100 MB unless the server was configured otherwise. */
const MAX_SOURCE = 512 * 1024 * 1024
const OPEN_BRACE = 0x7b

/**
 * The form of a `_source` by its first bytes; `json` when nothing else fits. LZF (Elasticsearch 1.x with `_source.compress`)
 * lies around any of the others.
 *
 * Source: Elasticsearch `XContentFactory.xContentType`.
 */
export function sourceForm(bytes: Uint8Array): SourceForm {
  const first = bytes[0]
  if (first === OPEN_BRACE) return 'json'
  if (first === 0x3a && bytes[1] === 0x29 && bytes[2] === 0x0a) return 'smile'
  if (isLzf(bytes)) return 'lzf'
  if (first === 0x2d && bytes[1] === 0x2d && bytes[2] === 0x2d) return 'yaml'
  if (first !== undefined && first >= 0xa0 && first <= 0xbf) return 'cbor'
  // The tag that marks a document as CBOR.
  if (first === 0xd9 && bytes[1] === 0xd9 && bytes[2] === 0xf7) return 'cbor'
  return 'json'
}

/**
 * A `_source` of any form as one line of JSON in UTF-8. JSON is passed through as it is, but for line ends between its
 * tokens, and is not checked; the other forms throw `BLOB_CORRUPT` when they cannot be decoded.
 */
export function sourceToJsonLine(bytes: Uint8Array, subject: string): Uint8Array {
  const form = sourceForm(bytes)
  if (form !== 'lzf') return convert(form, bytes, subject)
  const inner = lzfDecode(bytes, MAX_SOURCE, subject)
  const innerForm = sourceForm(inner)
  if (innerForm === 'lzf') throw corrupt(subject, 'LZF stream inside an LZF stream', 0)
  return convert(innerForm, inner, subject)
}

function convert(form: Exclude<SourceForm, 'lzf'>, bytes: Uint8Array, subject: string): Uint8Array {
  switch (form) {
    case 'json':
      return dropNewlines(bytes)
    case 'smile':
      return smileToJson(bytes, subject)
    case 'cbor':
      return cborToJson(bytes, subject)
    case 'yaml':
      return yamlToJson(bytes, subject)
  }
}
