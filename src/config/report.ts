import type { Diagnostic } from './diagnostic.ts'
import type { SourceText, Words } from './source-text.ts'

/** Where checks put what they find; each finding gets its place from the text. */
export class Report {
  readonly diagnostics: Diagnostic[] = []
  readonly #source: SourceText

  constructor(source: SourceText) {
    this.#source = source
  }

  /** Notes a finding about the value at a path. */
  value(path: readonly string[], words: Words): void {
    this.diagnostics.push(this.#source.atValue(path, words))
  }

  /** Notes a finding about the key at the end of a path. */
  key(path: readonly string[], words: Words): void {
    this.diagnostics.push(this.#source.atKey(path, words))
  }
}
