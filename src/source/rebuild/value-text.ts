import { isUtf8 } from 'node:buffer'
import { floatText } from '../../codec/float-text.ts'
import type { JsonObject } from '../../codec/json-value.ts'
import { ByteCursor } from '../../core/byte-cursor.ts'
import type { VersionId } from '../../repository/version-id.ts'
import { dateText } from './date-text.ts'
import { histogramText } from './histogram-text.ts'
import { ipText, ipv4Text } from './ip-text.ts'
import { rangeText } from './range-text.ts'
import type { Leaf } from './leaves.ts'

/** A value as a column or a stored field holds it. */
export type RawValue = bigint | number | string | Uint8Array

/** How the values of a field become JSON. */
export interface ValueText {
  /** JSON texts of one value of a column; several where a byte string holds several. Undefined: it cannot be one of this field. */
  readonly column: (value: bigint | Uint8Array) => readonly string[] | undefined
  /** JSON text of one stored value; undefined as above. */
  readonly stored: (value: RawValue) => string | undefined
  /** Why a rebuilt value may differ from the one sent, though its column is exact; undefined when it cannot. */
  readonly loss: string | undefined
  /** The order of several values, where it is not that of their column. */
  readonly compare?: (a: bigint | Uint8Array, b: bigint | Uint8Array) => number
}

const view = new DataView(new ArrayBuffer(8))

/** How values of a field are written; undefined for types that cannot be rebuilt from columns or stored values. */
export function valueText(leaf: Leaf, created: VersionId | undefined): ValueText | undefined {
  const { type, mapping } = leaf
  switch (type) {
    case 'long':
    case 'integer':
    case 'short':
    case 'byte':
    case 'token_count':
    case 'murmur3':
      return numbers((value) => value.toString())
    case 'unsigned_long':
      // OpenSearch keeps the 64 bits as they are, Elasticsearch flips the highest so that they sort.
      return created?.distribution === 'opensearch'
        ? { ...numbers((value) => BigInt.asUintN(64, value).toString()), compare: compareUnsigned }
        : numbers((value) => BigInt.asUintN(64, value ^ (1n << 63n)).toString())
    case 'double':
      return numbers((value) => floatText(sortableDouble(value)), { single: false })
    case 'float':
      return numbers((value) => floatText(sortableFloat(value), true), { single: true })
    case 'half_float':
      return numbers((value) => floatText(halfFloat(Number(value)), true), {
        single: true,
        loss: 'rounded to 16 bits',
      })
    case 'scaled_float':
      return scaledFloat(Number(mapping['scaling_factor']))
    case 'boolean':
      return numbers((value) => (value === 0n ? 'false' : 'true'))
    case 'date':
    case 'date_nanos':
      return dates(leaf, created)
    case 'keyword':
    case 'string':
    case 'text':
    case 'match_only_text':
    case 'annotated_text':
    case 'pattern_text':
    case 'search_as_you_type':
      return strings(mapping['normalizer'] === undefined ? undefined : 'normalised')
    case 'wildcard':
      return { ...strings(undefined), column: created?.distribution === 'opensearch' ? stringColumn : listColumn(json) }
    case 'binary':
      return {
        column: listColumn(base64),
        stored: (value) => (isBytes(value) ? base64(value) : undefined),
        loss: undefined,
      }
    case 'ip':
      return addresses(isBefore5(created))
    case 'version':
      return { ...strings(undefined), column: (value) => (isBytes(value) ? [json(plainVersion(value))] : undefined) }
    case 'geo_point':
      return isBefore5(created)
        ? undefined
        : numbers(geoPoint, { loss: 'rounded to about a centimetre, written as lat and lon' })
    case 'histogram':
      return {
        column: (value) => (isBytes(value) ? [histogramText(value)] : undefined),
        stored: () => undefined,
        loss: 'without values that were counted 0 times',
      }
    default:
      return ranges(type, mapping)
  }
}

/** Columns are in the order of signed numbers. */
function compareUnsigned(a: bigint | Uint8Array, b: bigint | Uint8Array): number {
  const [left, right] = [a, b].map((value) => (isBytes(value) ? 0n : BigInt.asUintN(64, value))) as [bigint, bigint]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Why {@link valueText} has nothing for a field. */
export function noTextReason({ type, mapping }: Leaf): string {
  const { format } = mapping
  const isDate = type === 'date' || type === 'date_nanos' || type === 'date_range'
  return isDate && typeof format === 'string'
    ? `dates cannot be written in the format '${format.split('||')[0]!}'`
    : `values of type '${type}' cannot be rebuilt`
}

function ranges(type: string, mapping: JsonObject): ValueText | undefined {
  const write = rangeText(type, mapping)
  return (
    write && {
      column: (value) => (isBytes(value) ? write(value) : undefined),
      stored: () => undefined,
      loss: 'bounds included, open ones null, repeated ranges once',
    }
  )
}

function numbers(
  write: (value: bigint) => string,
  { single = false, loss }: { readonly single?: boolean; readonly loss?: string } = {},
): ValueText {
  return {
    column: (value) => (typeof value === 'bigint' ? [write(value)] : undefined),
    stored: (value) => {
      if (typeof value === 'bigint') return value.toString()
      if (typeof value === 'number') return storedNumber(value, single)
      if (value === 'T' || value === 'F') return value === 'T' ? 'true' : 'false'
      return undefined
    },
    loss,
  }
}

/** Integers without a point, as whoever sent them most likely did. */
function storedNumber(value: number, single: boolean): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatText(value, single)
}

function scaledFloat(factor: number): ValueText | undefined {
  if (!(factor > 0)) return undefined
  const decode = (scaled: bigint): string => {
    const value = Number(scaled) / factor
    return floatText(Math.abs(value) === Infinity ? Math.sign(value) * Number.MAX_VALUE : value)
  }
  const base = numbers(decode, { loss: 'rounded to the scaling factor' })
  return { ...base, stored: (value) => (typeof value === 'bigint' ? decode(value) : base.stored(value)) }
}

function dates(leaf: Leaf, created: VersionId | undefined): ValueText | undefined {
  const isNanos = leaf.type === 'date_nanos'
  const format = leaf.mapping['format']
  const write = dateText(typeof format === 'string' ? format : 'strict_date_optional_time')
  if (write === undefined || created === undefined) return undefined
  const text = (value: bigint): string => {
    if (!isNanos) return json(write(value, 0))
    const nanos = ((value % 1_000_000n) + 1_000_000n) % 1_000_000n
    return json(write((value - nanos) / 1_000_000n, Number(nanos)))
  }
  return {
    column: (value) => (typeof value === 'bigint' ? [text(value)] : undefined),
    stored: (value) => (typeof value === 'bigint' ? text(value) : undefined),
    loss: 'written in the first format of the mapping',
  }
}

function strings(loss: string | undefined): ValueText {
  return {
    column: stringColumn,
    stored: (value) => {
      if (typeof value === 'string') return json(value)
      return isBytes(value) ? stringColumn(value)?.[0] : undefined
    },
    loss,
  }
}

function stringColumn(value: bigint | Uint8Array): readonly string[] | undefined {
  if (!isBytes(value)) return undefined
  const text = decodeUtf8(value)
  return text === undefined ? undefined : [json(text)]
}

/** Elasticsearch 1.x and 2.x kept addresses as numbers, and points otherwise. */
function isBefore5(created: VersionId | undefined): boolean {
  return created?.distribution === 'elasticsearch' && (created.major ?? 0) < 5
}

function addresses(areNumbers: boolean): ValueText {
  const text = (value: RawValue): string | undefined => {
    if (typeof value === 'bigint') return areNumbers ? json(ipv4Text(value)) : undefined
    const address = isBytes(value) ? ipText(value) : undefined
    return address === undefined ? undefined : json(address)
  }
  return {
    column: (value) => {
      const address = text(value)
      return address === undefined ? undefined : [address]
    },
    stored: text,
    loss: 'written in the shortest form',
  }
}

/** Byte strings that hold several values: `vint count, (vint length, bytes)*`. */
function listColumn(write: (value: Uint8Array) => string): ValueText['column'] {
  return (value) => {
    if (!isBytes(value)) return undefined
    const cursor = new ByteCursor(value, 'values of a column')
    const count = cursor.vCount('number of values', value.length)
    const texts: string[] = []
    for (let index = 0; index < count; index++) {
      texts.push(write(cursor.take(cursor.vCount('length of a value', cursor.remaining))))
    }
    cursor.expectEnd()
    return texts
  }
}

function json(value: string | Uint8Array): string {
  return JSON.stringify(typeof value === 'string' ? value : (decodeUtf8(value) ?? ''))
}

function base64(value: Uint8Array): string {
  return json(Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64'))
}

function decodeUtf8(value: Uint8Array): string | undefined {
  if (!isUtf8(value)) return undefined
  return Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8')
}

/** Versions are kept with the lengths of their numbers, so that they sort. Source: Elasticsearch `VersionEncoder`. */
function plainVersion(value: Uint8Array): Uint8Array {
  const plain: number[] = []
  for (let index = 0; index < value.length; index++) {
    if (value[index] === 1) index++
    else if (value[index] !== 2 && value[index] !== 3) plain.push(value[index]!)
  }
  return Uint8Array.from(plain)
}

function geoPoint(value: bigint): string {
  const lat = Number(value >> 32n) * (180 / 2 ** 32)
  const lon = Number(BigInt.asIntN(32, value)) * (360 / 2 ** 32)
  return `{"lat":${floatText(lat)},"lon":${floatText(lon)}}`
}

/** Doubles and floats are kept as integers that sort alike. Source: Lucene `NumericUtils`. */
function sortableDouble(value: bigint): number {
  view.setBigInt64(0, value ^ ((value >> 63n) & 0x7fffffffffffffffn))
  return view.getFloat64(0)
}

function sortableFloat(value: bigint): number {
  const bits = Number(BigInt.asIntN(32, value))
  view.setInt32(0, bits ^ ((bits >> 31) & 0x7fffffff))
  return view.getFloat32(0)
}

function halfFloat(value: number): number {
  const bits = (value ^ ((value >> 15) & 0x7fff)) & 0xffff
  const sign = bits >> 15 === 0 ? 1 : -1
  const exponent = (bits >> 10) & 0x1f
  const mantissa = bits & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

function isBytes(value: RawValue): value is Uint8Array {
  return value instanceof Uint8Array
}
