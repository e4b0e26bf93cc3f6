import { formatCount } from '../../core/units.ts'
import type { FieldReport, SegmentReport } from './rebuilder.ts'

const RANK = { exact: 0, approximated: 1, missing: 2 } as const

/** Sums up what was rebuilt of the segments of an index: per field the worst that happened to it, with all reasons. */
export class RebuildReport {
  #rebuilt = 0
  #recovered = 0
  readonly #fields = new Map<string, { level: FieldReport['level']; readonly reasons: Set<string> }>()

  /** Documents that were put together. */
  get rebuilt(): number {
    return this.#rebuilt
  }

  /** Documents whose source is exactly what was sent although it was not stored as such. */
  get recovered(): number {
    return this.#recovered
  }

  /** What became of each field, by name; empty when no document was put together. */
  get fields(): readonly FieldReport[] {
    return [...this.#fields]
      .map(([field, { level, reasons }]) => ({ field, level, reasons: [...reasons] }))
      .sort((a, b) => (a.field < b.field ? -1 : 1))
  }

  add({ rebuilt, recovered, fields }: SegmentReport): void {
    this.#rebuilt += rebuilt
    this.#recovered += recovered
    for (const { field, level, reasons } of fields) {
      const known = this.#fields.get(field) ?? { level, reasons: new Set<string>() }
      if (RANK[level] > RANK[known.level]) known.level = level
      for (const reason of reasons) known.reasons.add(reason)
      this.#fields.set(field, known)
    }
  }

  /** One line of text for the index and one for each field that is not exact; none when every source was stored. */
  lines(index: string): string[] {
    if (this.#rebuilt + this.#recovered === 0) return []
    const name = JSON.stringify(index)
    const head = `SOURCE_REBUILT index ${name}: ${formatCount(this.#rebuilt)} documents rebuilt from columns and stored fields, ${formatCount(this.#recovered)} exactly as sent`
    const worse = this.fields.filter(({ level }) => level !== 'exact')
    return [
      head,
      ...worse.map((field) => `  ${field.level} ${JSON.stringify(field.field)}: ${field.reasons.join('; ')}`),
    ]
  }
}

/** Why a document cannot be rebuilt, for a reject: the fields that it would lack. */
export function missingReason(missing: readonly { readonly field: string; readonly reason: string }[]): string {
  const named = missing.slice(0, 5).map(({ field, reason }) => `'${field}' (${reason})`)
  const more = missing.length > named.length ? ` and ${missing.length - named.length} more` : ''
  return `the source is not stored, and these fields cannot be rebuilt: ${named.join(', ')}${more}`
}
