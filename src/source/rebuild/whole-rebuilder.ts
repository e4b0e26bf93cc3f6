import { counted } from '../../core/units.ts'
import type { DocumentBatch } from '../document-batch.ts'
import type { SegmentSource } from '../segment-source.ts'
import { DocumentTexts, type DocumentParts } from './document-texts.ts'
import { IGNORED_VALUES, isIgnored, type IgnoredFields } from './ignored-fields.ts'
import { recoveryCopy } from './recovery-copy.ts'
import type { FieldReport, MissingField, Rebuilder, Rebuilt, RebuiltIndex, SegmentReport } from './rebuilder.ts'
import { keepsWholeRecoveryCopies, type SourceKeeping } from './source-kind.ts'
import type { StoredByName } from './stored-values-of.ts'
import { problemsOf, type TypeScopes } from './type-scopes.ts'

/** Why a nested object is left out. */
export const UNTOLD = 'nothing they hold tells which nested object they are of'
const LIST_OF_ONE = 'a list of one nested object as the object'

/** Puts together the documents of a segment that stores no sources: disabled and synthetic ones. */
export class WholeRebuilder implements Rebuilder {
  readonly keeping: SourceKeeping
  readonly #scopes: TypeScopes
  readonly #missing: readonly MissingField[]
  readonly #documents: DocumentTexts
  readonly #ignored: IgnoredFields | undefined
  readonly #hasWholeCopies: boolean
  readonly #ignoredFields = new Set<string>()
  #rebuilt = 0
  #recovered = 0
  #untold = 0

  constructor(
    source: SegmentSource,
    keeping: SourceKeeping,
    index: RebuiltIndex,
    scopes: TypeScopes,
    parts: Omit<DocumentParts, 'readers'>,
    ignored: IgnoredFields | undefined,
  ) {
    this.keeping = keeping
    const { readers } = scopes
    this.#scopes = scopes
    this.#missing = problemsOf(readers)
    this.#documents = new DocumentTexts(source, { ...parts, readers }, index.createdVersion)
    this.#ignored = ignored
    this.#hasWholeCopies = keepsWholeRecoveryCopies(index)
  }

  async begin(batch: DocumentBatch, signal: AbortSignal): Promise<void> {
    if (batch.count === 0) return
    await this.#documents.begin(batch, signal)
    await this.#ignored?.load(batch.doc(0), batch.doc(batch.count - 1) + 1, signal)
  }

  rebuild(batch: DocumentBatch, place: number, stored: Uint8Array | undefined): Rebuilt {
    const { kind } = this.keeping
    if (stored !== undefined) return { json: stored }
    // Only of a disabled source it is known beforehand, and asked for nevertheless, that fields are lost.
    if (kind !== 'disabled' && this.#missing.length > 0) return { missing: this.#missing }
    const copy = kind === 'disabled' && this.#hasWholeCopies ? recoveryCopy(batch, place) : undefined
    if (copy !== undefined) {
      this.#recovered++
      return { json: copy }
    }
    const { json, untold, stored: values } = this.#documents.text(this.#scopes.of(batch, place), batch, place)
    if (untold > 0 && kind === 'synthetic') {
      return { missing: this.#scopes.nestedNames.map((field) => ({ field, reason: UNTOLD })) }
    }
    this.#untold += untold
    this.#rebuilt++
    this.#noteIgnored(batch.doc(place), values)
    return { json }
  }

  filtered(): undefined {
    return undefined
  }

  report(): SegmentReport {
    const { kind } = this.keeping
    const fields = this.#scopes.readers.map(({ leaf, problem, losses }): FieldReport => {
      if (problem !== undefined) return { field: leaf.name, level: 'missing', reasons: [problem] }
      const reasons = [
        ...losses,
        ...(leaf.nested === undefined || kind === 'synthetic' ? [] : [LIST_OF_ONE]),
        ...(this.#ignoredFields.has(leaf.name) ? [IGNORED_VALUES] : []),
      ]
      return { field: leaf.name, level: reasons.length === 0 ? 'exact' : 'approximated', reasons }
    })
    if (this.#untold > 0) {
      const reasons = [`${counted(this.#untold, 'object')} left out: ${UNTOLD}`]
      fields.push(...this.#scopes.nestedNames.map((field): FieldReport => ({ field, level: 'approximated', reasons })))
    }
    return { rebuilt: this.#rebuilt, recovered: this.#recovered, fields: this.#rebuilt === 0 ? [] : fields }
  }

  #noteIgnored(doc: number, stored: StoredByName): void {
    const names = this.#ignored?.names(doc, stored) ?? []
    if (names.length === 0) return
    for (const { leaf } of this.#scopes.readers) if (isIgnored(leaf, names)) this.#ignoredFields.add(leaf.name)
  }
}
