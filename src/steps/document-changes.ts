import { parseJsonExact, stringifyJson } from '../codec/json-exact.ts'
import { isJsonObject, type JsonValue } from '../codec/json-value.ts'
import type { DocumentTransform } from '../config/config.ts'
import { isFailure } from '../core/failure.ts'
import { moveField, removeField, setField } from './field-changes.ts'

/** A changed document, or why it cannot be changed. */
export type ChangedDocument = { readonly json: Uint8Array } | { readonly reason: string }

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Changes documents as `documentBackfill.transform` says: fields are renamed, then removed, then set. Numbers keep every digit.
 * Load and Verify use it alike; rejects hold the changed document, so that sending them again changes nothing twice.
 */
export class DocumentChanges {
  readonly #rename: readonly (readonly [string, string])[]
  readonly #remove: readonly string[]
  readonly #set: readonly (readonly [string, JsonValue])[]

  constructor({ rename, remove, set }: DocumentTransform) {
    this.#rename = Object.entries(rename)
    this.#remove = remove
    this.#set = Object.entries(set).map(([path, value]) => [path, parseJsonExact(JSON.stringify(value), path)])
  }

  /** The changed form of `bytes[start, end)`, one JSON object on a line. */
  apply(bytes: Uint8Array, start: number, end: number): ChangedDocument {
    try {
      const document = parseJsonExact(utf8.decode(bytes.subarray(start, end)), 'document')
      if (!isJsonObject(document)) return { reason: 'the source is no JSON object' }
      const reason = this.#change(document)
      return reason === undefined ? { json: Buffer.from(stringifyJson(document), 'utf8') } : { reason }
    } catch (error) {
      if (isFailure(error, 'BLOB_CORRUPT')) return { reason: `the source cannot be parsed: ${error.detail}` }
      if (error instanceof TypeError) return { reason: 'the source is not valid UTF-8' }
      throw error
    }
  }

  #change(document: Parameters<typeof removeField>[0]): string | undefined {
    for (const [from, to] of this.#rename) {
      const reason = moveField(document, from, to)
      if (reason !== undefined) return reason
    }
    for (const path of this.#remove) removeField(document, path)
    for (const [path, value] of this.#set) {
      const reason = setField(document, path, value)
      if (reason !== undefined) return reason
    }
    return undefined
  }
}
