import { numberAt } from '../../core/int64-halves.ts'
import { dateWriter } from './date-writer.ts'
import { writeIpv4 } from './ip-text.ts'
import type { Leaf } from './leaves.ts'
import type { ColumnWriter } from './value-column.ts'

const [TRUE, FALSE] = [Buffer.from('true'), Buffer.from('false')]

/** What writes the values of a field as `valueText` would, without texts and bigints; undefined for types that always take texts. */
export function columnWriter({ type, mapping }: Leaf): ColumnWriter | undefined {
  switch (type) {
    case 'long':
    case 'integer':
    case 'short':
    case 'byte':
      return (out, { numbers }, at) => numbers !== undefined && out.integer(numberAt(numbers, at))
    case 'boolean':
      return (out, { numbers }, at) => {
        if (numbers === undefined) return false
        out.raw(numberAt(numbers, at) === 0 ? FALSE : TRUE)
        return true
      }
    case 'date': {
      const write = dateWriter(mapping['format'])
      return write && ((out, { numbers }, at) => numbers !== undefined && write(out, numberAt(numbers, at)))
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

/** Keeps what was written of the values of a column that has few, by their places in the list of them. */
export function rememberingWriter(write: ColumnWriter): ColumnWriter {
  const known: Uint8Array[] = []
  return (out, column, at) => {
    if (column.ordinals === undefined) return write(out, column, at)
    const ordinal = numberAt(column.ordinals, at)
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
