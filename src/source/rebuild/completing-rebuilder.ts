import type { DocBits } from '../../lucene/doc-bits.ts'
import type { DocumentBatch } from '../document-batch.ts'
import { sourceSubject } from '../source-lines.ts'
import type { SegmentSource } from '../segment-source.ts'
import { DocumentTexts, type MissingValues } from './document-texts.ts'
import { IGNORED_VALUES, isIgnored, type IgnoredFields } from './ignored-fields.ts'
import type { LeafReader } from './leaf-reader.ts'
import { putBack, type Addition, type PutBack } from './put-back.ts'
import type { FieldReport, MissingField, Rebuilder, Rebuilt, RebuiltIndex, SegmentReport } from './rebuilder.ts'
import { recoveryCopy } from './recovery-copy.ts'
import { keepsWholeRecoveryCopies, type SourceKeeping } from './source-kind.ts'
import type { Treatment } from './sourceless.ts'
import { problemsOf, type TypeScopes } from './type-scopes.ts'
import { UNTOLD } from './whole-rebuilder.ts'

const FILTERED = 'it was filtered out of the stored source'
const HELD_BACK = 'not put back, as others of the same document cannot be; sourceless: rebuild puts it back'
const DOTTED = 'of a list of objects: under the name with dots beside the list'
const UNPLACED = 'the nested objects of the stored source are not those of the index'

/** What the fields that were taken out of the sources of a segment are read from. */
export interface CompletionParts {
  readonly scopes: TypeScopes
  /** The fields that were taken out; the others tell which nested object a document is of. */
  readonly wanted: ReadonlySet<LeafReader>
  /** Those of them that are vectors which no filter takes out: a cluster of another kind has them in its sources. */
  readonly vectors: ReadonlySet<LeafReader>
  readonly roots: DocBits | undefined
  /** Undefined when no field was filtered out. */
  readonly ignored: IgnoredFields | undefined
}

/** Puts what was filtered out of stored sources, and vectors that were left out of them, back into them. */
export class CompletingRebuilder implements Rebuilder {
  readonly keeping: SourceKeeping
  readonly #treatment: Treatment
  readonly #parts: CompletionParts
  readonly #missingVectors: readonly MissingField[]
  readonly #missing: readonly MissingField[]
  readonly #documents: DocumentTexts
  readonly #hasWholeCopies: boolean
  readonly #notes = new Map<string, { level: 'approximated' | 'missing'; readonly reasons: Set<string> }>()
  #rebuilt = 0
  #recovered = 0
  #incomplete = 0

  constructor(
    source: SegmentSource,
    keeping: SourceKeeping,
    index: RebuiltIndex,
    treatment: Treatment,
    parts: CompletionParts,
  ) {
    this.keeping = keeping
    this.#treatment = treatment
    this.#parts = parts
    const { scopes, wanted, vectors, roots } = parts
    const { readers } = scopes
    this.#missingVectors = problemsOf(vectors)
    this.#missing = problemsOf([...wanted].filter((reader) => !vectors.has(reader)))
    this.#documents = new DocumentTexts(source, { readers, kept: undefined, roots }, index.createdVersion)
    this.#hasWholeCopies = keepsWholeRecoveryCopies(index)
  }

  async begin(batch: DocumentBatch, signal: AbortSignal): Promise<void> {
    if (batch.count === 0) return
    await this.#documents.begin(batch, signal)
    await this.#parts.ignored?.load(batch.doc(0), batch.doc(batch.count - 1) + 1, signal)
  }

  rebuild(batch: DocumentBatch, place: number, stored: Uint8Array | undefined): Rebuilt {
    if (stored === undefined) return { missing: [] }
    if (this.#missingVectors.length > 0) return { missing: this.#missingVectors }
    const copy = this.#recoveryCopy(batch, place)
    if (copy !== undefined) {
      this.#recovered++
      return { json: this.#withVectors(batch, place, copy) }
    }
    const subject = sourceSubject(batch, place)
    const { wanted } = this.#parts
    const values = this.#documents.missing(this.#parts.scopes.of(batch, place), wanted, batch, place)
    const problems = [...this.#missing, ...this.#ignoredProblems(batch.doc(place), values)]
    const back = putBack(stored, values.addition, subject)
    const nestedProblems = [
      ...(values.untold > 0 ? this.#parts.scopes.nestedNames.map((field) => ({ field, reason: UNTOLD })) : []),
      ...back.unplaced.map((field) => ({ field, reason: UNPLACED })),
    ]
    if (this.keeping.kind === 'stored') {
      if (nestedProblems.length > 0) return { missing: nestedProblems }
      if (back.json !== stored) this.#recovered++
      this.#noteDotted(back)
      return { json: back.json }
    }
    return this.#filtered(batch, place, stored, back, [...problems, ...nestedProblems], values)
  }

  filtered(batch: DocumentBatch, place: number, stored: Uint8Array): Uint8Array | undefined {
    return this.keeping.kind === 'filtered' ? this.#withVectors(batch, place, stored) : undefined
  }

  report(): SegmentReport {
    const counts = { rebuilt: this.#rebuilt, recovered: this.#recovered, incomplete: this.#incomplete }
    if (this.#rebuilt + this.#incomplete === 0) return { ...counts, fields: [] }
    const fields = [...this.#parts.wanted].map(({ leaf, problem, losses }): FieldReport => {
      if (problem !== undefined) return { field: leaf.name, level: 'missing', reasons: [problem] }
      const note = this.#notes.get(leaf.name)
      const reasons = [...losses, ...(note?.reasons ?? [])]
      return { field: leaf.name, level: note?.level ?? (reasons.length === 0 ? 'exact' : 'approximated'), reasons }
    })
    const names = new Set(fields.map(({ field }) => field))
    for (const [field, { level, reasons }] of this.#notes) {
      if (!names.has(field)) fields.push({ field, level, reasons: [...reasons] })
    }
    return { ...counts, fields }
  }

  /** What becomes of a filtered source, given what could be put back and what could not. */
  #filtered(
    batch: DocumentBatch,
    place: number,
    stored: Uint8Array,
    back: PutBack,
    problems: readonly MissingField[],
    { addition }: MissingValues,
  ): Rebuilt {
    const found = [...new Set(namesIn(addition, ''))].filter((name) => !this.#isVectorName(name))
    if (problems.length === 0 && (found.length === 0 || back.json === stored)) {
      if (back.json !== stored) this.#recovered++
      return { json: back.json }
    }
    switch (this.#treatment) {
      case 'reject':
      case 'fail':
        return { missing: [...problems, ...found.map((field) => ({ field, reason: FILTERED }))] }
      case 'complete':
        if (problems.length > 0) {
          this.#incomplete++
          for (const { field, reason } of problems) this.#note(field, 'missing', reason)
          for (const field of found) this.#note(field, 'missing', HELD_BACK)
          return { json: this.#withVectors(batch, place, stored) }
        }
        break
      case 'rebuild':
        for (const { field, reason } of problems) this.#note(field, 'missing', reason)
    }
    this.#rebuilt++
    this.#noteDotted(back)
    return { json: back.json }
  }

  /** The source that the server kept for its recovery before it filtered it. */
  #recoveryCopy(batch: DocumentBatch, place: number): Uint8Array | undefined {
    const isUsed = this.#treatment === 'rebuild' || this.#treatment === 'complete'
    if (this.keeping.kind !== 'filtered' || !isUsed || !this.#hasWholeCopies) return undefined
    return recoveryCopy(batch, place)
  }

  #withVectors(batch: DocumentBatch, place: number, source: Uint8Array): Uint8Array {
    if (this.#parts.vectors.size === 0) return source
    const { addition } = this.#documents.missing(this.#parts.scopes.of(batch, place), this.#parts.vectors, batch, place)
    return putBack(source, addition, sourceSubject(batch, place)).json
  }

  #ignoredProblems(doc: number, { stored }: MissingValues): MissingField[] {
    const names = this.#parts.ignored?.names(doc, stored) ?? []
    if (names.length === 0) return []
    return [...this.#parts.wanted].flatMap(({ leaf, problem }) =>
      problem === undefined && isIgnored(leaf, names) ? [{ field: leaf.name, reason: IGNORED_VALUES }] : [],
    )
  }

  #noteDotted({ dotted }: PutBack): void {
    for (const field of dotted) this.#note(field, 'approximated', DOTTED)
  }

  #note(field: string, level: 'approximated' | 'missing', reason: string): void {
    const known = this.#notes.get(field) ?? { level, reasons: new Set<string>() }
    if (level === 'missing') known.level = level
    known.reasons.add(reason)
    this.#notes.set(field, known)
  }

  #isVectorName(name: string): boolean {
    return [...this.#parts.vectors].some(({ leaf }) => leaf.name === name)
  }
}

/** The full names of all fields of which there is something to put back. */
function namesIn({ members, nested }: Addition, prefix: string): string[] {
  return [
    ...members.map(({ path }) => prefix + path.join('.')),
    ...nested.flatMap(({ path, objects }) => objects.flatMap((one) => namesIn(one, `${prefix}${path.join('.')}.`))),
  ]
}
