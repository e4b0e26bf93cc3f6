import type { Column } from '../../lucene/doc-values/column.ts'
import type { SegmentSource } from '../segment-source.ts'
import type { Leaf } from './leaves.ts'
import { isOn } from './mapping-flag.ts'
import type { StoredByName } from './stored-values-of.ts'
import { NO_VALUES, type ColumnWindow } from './value-column.ts'

/** Name of the field, or column, with the names of fields of which the server did not index every value. */
export const IGNORED = '_ignored'

/**
 * Tells of which fields of a document the server indexed not every value (since Elasticsearch 6.4): malformed ones, and ones
 * longer than `ignore_above`.
 */
export class IgnoredFields {
  readonly #column: Column | undefined
  #window: ColumnWindow = NO_VALUES
  #base = 0

  private constructor(column: Column | undefined) {
    this.#column = column
  }

  /** Opens the column of the names where there is one. `FORMAT_UNSUPPORTED` when it cannot be read. */
  static async open({ segment, columns }: SegmentSource, signal: AbortSignal): Promise<IgnoredFields> {
    const field = segment.fields.byName.get(IGNORED)
    return new IgnoredFields(field?.docValuesType === 'sorted_set' ? await columns.open(field, signal) : undefined)
  }

  /** Loads the documents `[from, to)`. */
  async load(from: number, to: number, signal: AbortSignal): Promise<void> {
    this.#base = from
    if (this.#column !== undefined) this.#window = await this.#column.window(from, to, signal)
  }

  /** The names of a document: of fields, and of multi-fields of fields. */
  names(doc: number, stored: StoredByName): readonly string[] {
    const names = [...(stored.get(IGNORED) ?? [])]
    if (this.#column !== undefined) {
      const { starts, values } = this.#window
      const at = doc - this.#base
      for (let index = starts[at]!; index < starts[at + 1]!; index++) names.push(values[index]!)
    }
    return names.map((name) => (name instanceof Uint8Array ? Buffer.from(name).toString('utf8') : String(name)))
  }
}

/** True when one of the names means values that are needed to rebuild a field: its own, or those of a copy of its text. */
export function isIgnored({ name, mapping }: Leaf, names: readonly string[]): boolean {
  return names.some((one) => one === name || (!isOn(mapping, 'store') && one.startsWith(`${name}.`)))
}

/** Why a field with ignored values is not whole. */
export const IGNORED_VALUES =
  'values that the server did not index are lost: malformed ones, or longer than ignore_above'
