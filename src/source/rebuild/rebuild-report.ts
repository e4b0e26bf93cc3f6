import { nameList } from '../../repository/close-names.ts'
import { counted, formatCount } from '../../core/units.ts'
import type { FieldReport, SegmentReport } from './rebuilder.ts'

const RANK = { exact: 0, approximated: 1, missing: 2 } as const

/** Sums up what was rebuilt of the segments of an index: per field the worst that happened to it, with all reasons. */
export class RebuildReport {
  #rebuilt = 0
  #recovered = 0
  #incomplete = 0
  readonly #fields = new Map<string, { level: FieldReport['level']; readonly reasons: Set<string> }>()

  /** Documents that were put together. */
  get rebuilt(): number {
    return this.#rebuilt
  }

  /** Documents whose source is exactly what was sent although it was not stored as such. */
  get recovered(): number {
    return this.#recovered
  }

  /** Documents whose filtered source is as it is stored, though fields are missing from it. */
  get incomplete(): number {
    return this.#incomplete
  }

  /** What became of each field, by name; empty when no document was put together or lacks any. */
  get fields(): readonly FieldReport[] {
    return [...this.#fields]
      .map(([field, { level, reasons }]) => ({ field, level, reasons: [...reasons] }))
      .sort((a, b) => (a.field < b.field ? -1 : 1))
  }

  add({ rebuilt, recovered, incomplete = 0, fields }: SegmentReport): void {
    this.#rebuilt += rebuilt
    this.#recovered += recovered
    this.#incomplete += incomplete
    for (const { field, level, reasons } of fields) {
      const known = this.#fields.get(field) ?? { level, reasons: new Set<string>() }
      if (RANK[level] > RANK[known.level]) known.level = level
      for (const reason of reasons) known.reasons.add(reason)
      this.#fields.set(field, known)
    }
  }

  /** One line of text for the index and one for each field that is not exact; none when every source was stored. */
  lines(index: string): string[] {
    if (this.#rebuilt + this.#recovered + this.#incomplete === 0) return []
    const name = JSON.stringify(index)
    const lacking =
      this.#incomplete === 0
        ? ''
        : `, ${formatCount(this.#incomplete)} as stored, without fields that were filtered out`
    const head = `SOURCE_REBUILT index ${name}: ${counted(this.#rebuilt, 'document')} rebuilt from columns and stored fields, ${formatCount(this.#recovered)} exactly as sent${lacking}`
    const worse = this.fields.filter(({ level }) => level !== 'exact')
    return [
      head,
      ...worse.map((field) => `  ${field.level} ${JSON.stringify(field.field)}: ${field.reasons.join('; ')}`),
    ]
  }
}

/** Fields that a reason names before it counts the others. */
const NAMED = 5

/** The reason for a document of which only that is known. */
export const NOT_STORED = 'the document has no stored source'

/** Why a document is not written, for a reject: the fields that it would lack. */
export function missingReason(
  missing: readonly { readonly field: string; readonly reason: string }[],
  isStored: boolean,
): string {
  if (missing.length === 0) return NOT_STORED
  const named = missing.map(({ field, reason }) => `'${field}' (${reason})`)
  const what = isStored
    ? 'the stored source lacks these fields'
    : 'the source is not stored, and these fields cannot be rebuilt'
  return `${what}: ${nameList(named, NAMED)}`
}
