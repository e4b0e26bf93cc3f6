import type { JsonBytes } from '../../codec/json-bytes.ts'
import { numberAt } from '../../core/int64-halves.ts'
import { dateWriter } from './date-writer.ts'
import { writeIpv4 } from './ip-text.ts'
import type { Leaf } from './leaves.ts'
import type { ValueColumn } from './value-column.ts'

/** Writes the value at a place of the loaded window; false, and nothing is written, when only its text can tell what it is. */
export type ColumnWriter = (out: JsonBytes, column: ValueColumn, at: number) => boolean

const [TRUE, FALSE] = [Buffer.from('true'), Buffer.from('false')]

/** What writes the values of a field as `valueText` would, without texts and bigints; undefined for types that always take texts. */
export function columnWriter({ type, mapping }: Leaf): ColumnWriter | undefined {
  switch (type) {
    case 'long':
    case 'integer':
    case 'short':
    case 'byte':
      return (out, { halves }, at) => halves !== undefined && out.integer(numberAt(halves, at))
    case 'boolean':
      return (out, { halves }, at) => {
        if (halves === undefined) return false
        out.raw(numberAt(halves, at) === 0 ? FALSE : TRUE)
        return true
      }
    case 'date': {
      const write = dateWriter(mapping['format'])
      return write && ((out, { halves }, at) => halves !== undefined && write(out, numberAt(halves, at)))
    }
    case 'keyword':
    case 'text':
    case 'match_only_text':
      return (out, { window }, at) => {
        const value = window.values[at]
        return value instanceof Uint8Array && out.string(value)
      }
    case 'ip':
      return (out, { window }, at) => {
        const value = window.values[at]
        return value instanceof Uint8Array && writeIpv4(out, value)
      }
    default:
      return undefined
  }
}

/** Keeps what was written of the values of a column that has few. */
export function rememberingWriter(write: ColumnWriter): ColumnWriter {
  const known: Uint8Array[] = []
  return (out, column, at) => {
    const ordinal = column.halves === undefined ? Number.NaN : numberAt(column.halves, at)
    const json = known[ordinal]
    if (json !== undefined) {
      out.raw(json)
      return true
    }
    const before = out.length
    if (!write(out, column, at)) return false
    known[ordinal] = out.copyFrom(before)
    return true
  }
}
