import type { JsonBytes } from '../../codec/json-bytes.ts'
import type { JsonValue } from '../../codec/json-value.ts'
import { isIsoFormat } from './date-text.ts'

const DAY_MILLIS = 86_400_000
/** Largest time a JavaScript date holds. */
const MAX_MILLIS = 8_640_000_000_000_000
/** Days that are kept. */
const MAX_DAYS = 4096
/** `T00:00:00.000Z`. */
const CLOCK_LENGTH = 14
const [COLON, POINT, Z, QUOTE] = [0x3a, 0x2e, 0x5a, 0x22] as const

/** Writes milliseconds since 1970 as a JSON string; false, and nothing is written, when they are none. */
export type DateWriter = (out: JsonBytes, millis: number) => boolean

/** What writes dates as `dateText` would; undefined for formats other than ISO 8601, the default of a mapping. */
export function dateWriter(format: JsonValue | undefined): DateWriter | undefined {
  if (format !== undefined && !(typeof format === 'string' && isIsoFormat(format))) return undefined
  const days = new Map<number, Uint8Array>()
  return (out, millis) => {
    if (!(Math.abs(millis) <= MAX_MILLIS)) return false
    const day = Math.floor(millis / DAY_MILLIS)
    let head = days.get(day)
    if (head === undefined) {
      if (days.size === MAX_DAYS) days.clear()
      head = Buffer.from(`"${new Date(day * DAY_MILLIS).toISOString().slice(0, -CLOCK_LENGTH)}T`)
      days.set(day, head)
    }
    out.raw(head)
    writeClock(out, millis - day * DAY_MILLIS)
    return true
  }
}

function writeClock(out: JsonBytes, millis: number): void {
  const seconds = Math.floor(millis / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  out.digits(hours, 2)
  out.byte(COLON)
  out.digits(minutes - hours * 60, 2)
  out.byte(COLON)
  out.digits(seconds - minutes * 60, 2)
  out.byte(POINT)
  out.digits(millis - seconds * 1000, 3)
  out.byte(Z)
  out.byte(QUOTE)
}
