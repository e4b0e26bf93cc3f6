import { floatText } from '../../codec/float-text.ts'
import { ByteCursor } from '../../core/byte-cursor.ts'
import { dateText } from './date-text.ts'
import { ipText } from './ip-text.ts'
import type { JsonObject } from '../../codec/json-value.ts'

/** Writes the ranges that one value of a range field's column holds, each as an object with inclusive bounds. */
export type RangeText = (bytes: Uint8Array) => readonly string[]

/** Reads one bound as JSON; undefined where the range is open. */
type Bound = (cursor: ByteCursor) => string | undefined

const INT64 = [-(2n ** 63n), 2n ** 63n - 1n] as const
const INT32 = [-(2n ** 31n), 2n ** 31n - 1n] as const
const LOWEST_IP = '"::"'
const HIGHEST_IP = '"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"'

/**
 * How the columns of a range type are written; undefined for types that are none, and date formats that are not known.
 *
 * ```
 * vint count, count × (from, to) · ip: 16 bytes · float, double: sortable bits, highest flipped, big endian · integers and dates:
 * sign and length in 5 bits, then the number, big endian
 * ```
 *
 * Source: Elasticsearch `RangeType`, `BinaryRangeUtil`.
 */
export function rangeText(type: string, mapping: JsonObject): RangeText | undefined {
  const bound = boundOf(type, mapping)
  if (bound === undefined) return undefined
  return (bytes) => {
    const cursor = new ByteCursor(bytes, 'ranges of a column', { order: 'big' })
    const count = cursor.vCount('number of ranges', bytes.length)
    const texts = Array.from({ length: count }, () => {
      const [from, to] = [bound(cursor), bound(cursor)]
      return `{"gte":${from ?? 'null'},"lte":${to ?? 'null'}}`
    })
    cursor.expectEnd()
    return texts
  }
}

function boundOf(type: string, mapping: JsonObject): Bound | undefined {
  switch (type) {
    case 'integer_range':
      return integers(INT32, String)
    case 'long_range':
      return integers(INT64, String)
    case 'date_range': {
      const { format } = mapping
      const write = dateText(typeof format === 'string' ? format : 'strict_date_optional_time')
      return write === undefined ? undefined : integers(INT64, (value) => JSON.stringify(write(value, 0)))
    }
    case 'float_range':
      return (cursor) => {
        const view = viewOf(cursor.take(4))
        const bits = view.getInt32(0) ^ -0x80000000
        view.setInt32(0, bits < 0 ? bits ^ 0x7fffffff : bits)
        return finite(view.getFloat32(0), true)
      }
    case 'double_range':
      return (cursor) => {
        const view = viewOf(cursor.take(8))
        const bits = BigInt.asIntN(64, view.getBigInt64(0) ^ (1n << 63n))
        view.setBigInt64(0, bits < 0n ? bits ^ INT64[1] : bits)
        return finite(view.getFloat64(0), false)
      }
    case 'ip_range':
      return (cursor) => {
        const text = JSON.stringify(ipText(cursor.take(16)))
        return text === LOWEST_IP || text === HIGHEST_IP ? undefined : text
      }
    default:
      return undefined
  }
}

/** A copy, so that it may be written to. */
function viewOf(bytes: Uint8Array): DataView {
  return new DataView(Uint8Array.from(bytes).buffer)
}

function finite(value: number, single: boolean): string | undefined {
  return Number.isFinite(value) ? floatText(value, single) : undefined
}

function integers([min, max]: readonly [bigint, bigint], write: (value: bigint) => string): Bound {
  return (cursor) => {
    const first = cursor.uint8()
    const isPositive = first >= 0x80
    const length = isPositive ? (first >> 3) & 0xf : 15 - ((first >> 3) & 0xf)
    let value = BigInt(isPositive ? first & 7 : (first & 7) - 8)
    for (const byte of cursor.take(length)) value = (value << 8n) | BigInt(byte)
    if (value < INT64[0] || value > INT64[1]) throw cursor.corrupt(`bound of ${length} bytes`)
    return value === min || value === max ? undefined : write(value)
  }
}
