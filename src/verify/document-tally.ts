import { counted } from '../core/units.ts'
/** What the comparison of an index's documents came to, document by document. */
export interface DocumentComparison {
  readonly index: string
  readonly level: 'sample' | 'full'
  /** Documents of the snapshot that were looked up in the target: the sum of `same`, `missing` and `different`. */
  readonly compared: number
  readonly same: number
  readonly missing: number
  readonly different: number
  /** Documents that the run left out or the target refused, and that it does not hold alike; no difference. */
  readonly leftOut: number
  /** Documents that the target held already and was to keep (`onConflict: skip`), other than in the snapshot; no difference. */
  readonly kept: number
  /** Documents of the target that the snapshot does not have; undefined for a sample. */
  readonly extra?: number
  /** Ids of the first that are missing. */
  readonly missingIds: readonly string[]
  /** Ids of the first that differ. */
  readonly differentIds: readonly string[]
}

/** Ids that a comparison keeps of each kind. */
const MAX_EXAMPLES = 20

/** Counts what becomes of the documents of one index while they are compared. */
export class DocumentTally {
  #same = 0
  #leftOut = 0
  #kept = 0
  #missing = 0
  #different = 0
  readonly #missingIds: string[] = []
  readonly #differentIds: string[] = []

  /** Documents that were dealt with. */
  get seen(): number {
    return this.#same + this.#leftOut + this.#kept + this.#missing + this.#different
  }

  same(): void {
    this.#same++
  }

  leftOut(): void {
    this.#leftOut++
  }

  kept(): void {
    this.#kept++
  }

  missing(id: string): void {
    this.#missing++
    if (this.#missingIds.length < MAX_EXAMPLES) this.#missingIds.push(id)
  }

  different(id: string): void {
    this.#different++
    if (this.#differentIds.length < MAX_EXAMPLES) this.#differentIds.push(id)
  }

  /** The comparison, given how many documents the target holds now. */
  comparison(index: string, level: 'sample' | 'full', inTarget: number): DocumentComparison {
    const [same, missing, different] = [this.#same, this.#missing, this.#different]
    return {
      index,
      level,
      compared: same + missing + different,
      same,
      missing,
      different,
      leftOut: this.#leftOut,
      kept: this.#kept,
      ...(level === 'full' && { extra: Math.max(0, inTarget - same - different - this.#kept) }),
      missingIds: this.#missingIds.toSorted(),
      differentIds: this.#differentIds.toSorted(),
    }
  }
}

/** What a comparison found wrong, as sentences; empty when every compared document is the same. */
export function documentDifferences(comparison: DocumentComparison): string[] {
  const { compared, missing, missingIds, different, differentIds } = comparison
  return [
    ...(missing === 0
      ? []
      : [`${missing} of ${counted(compared, 'compared document')} missing${named(missing, missingIds)}`]),
    ...(different === 0
      ? []
      : [`${different} of ${counted(compared, 'compared document')} different${named(different, differentIds)}`]),
  ]
}

function named(count: number, ids: readonly string[]): string {
  return `: ${ids.join(', ')}${count > ids.length ? ', …' : ''}`
}
