/** Writes milliseconds since 1970, and nanoseconds within the millisecond, in a format of a mapping. */
export type DateText = (millis: bigint, nanos: number) => string

/** Patterns of the formats with a name that print otherwise than ISO with milliseconds. */
const NAMED: Readonly<Record<string, string>> = {
  date: 'yyyy-MM-dd',
  year_month_day: 'yyyy-MM-dd',
  year_month: 'yyyy-MM',
  year: 'yyyy',
  date_hour: "yyyy-MM-dd'T'HH",
  date_hour_minute: "yyyy-MM-dd'T'HH:mm",
  date_hour_minute_second: "yyyy-MM-dd'T'HH:mm:ss",
  date_hour_minute_second_millis: "yyyy-MM-dd'T'HH:mm:ss.SSS",
  date_hour_minute_second_fraction: "yyyy-MM-dd'T'HH:mm:ss.SSS",
  date_time: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
  date_time_no_millis: "yyyy-MM-dd'T'HH:mm:ssXXX",
  basic_date: 'yyyyMMdd',
  basic_date_time: "yyyyMMdd'T'HHmmss.SSSXX",
  basic_date_time_no_millis: "yyyyMMdd'T'HHmmssXX",
  hour_minute_second: 'HH:mm:ss',
  hour_minute: 'HH:mm',
}
const ISO: ReadonlySet<string> = new Set(['date_optional_time', 'date_optional_time_nanos', 'iso8601'])
/** Largest time a JavaScript date holds. */
const MAX_MILLIS = 8_640_000_000_000_000n

/**
 * How the first alternative of a date format prints; undefined for a pattern with letters that are not known, which must not
 * be guessed.
 *
 * Source: Elasticsearch `DateFormatters`.
 */
export function dateText(format: string): DateText | undefined {
  const first = firstFormat(format)
  const name = nameOf(first)
  if (ISO.has(name)) return isoText
  if (first === 'epoch_millis') return (millis, nanos) => fraction(millis.toString(), nanos)
  if (first === 'epoch_second') return secondsText
  const pattern = Object.hasOwn(NAMED, name) ? NAMED[name]! : first
  const tokens = pattern.match(/'[^']*'|([A-Za-z])\1*|[^A-Za-z']+/g) ?? []
  if (tokens.join('') !== pattern || !tokens.every((token) => partOf(token, new Date(0)) !== undefined))
    return undefined
  return (millis) => {
    const date = toDate(millis)
    return date === undefined ? millis.toString() : tokens.map((token) => partOf(token, date)!).join('')
  }
}

/** True when dates are printed as ISO 8601 with milliseconds. */
export function isIsoFormat(format: string): boolean {
  return ISO.has(nameOf(firstFormat(format)))
}

function firstFormat(format: string): string {
  return format.split('||')[0]!.trim()
}

/** The name of a format as it is written since 7.0, without strictness. */
function nameOf(format: string): string {
  return format
    .replace(/^strict_?/, '')
    .replace(/[A-Z]/g, (letter, at: number) => (at === 0 ? '' : '_') + letter.toLowerCase())
}

function isoText(millis: bigint, nanos: number): string {
  const date = toDate(millis)
  if (date === undefined) return millis.toString()
  const text = date.toISOString()
  return nanos === 0 ? text : fraction(text.slice(0, -1), nanos) + 'Z'
}

/** Nanoseconds are printed up to the last one that is not 0. */
function fraction(text: string, nanos: number): string {
  return nanos === 0 ? text : (text + String(nanos).padStart(6, '0')).replace(/0+$/, '')
}

function secondsText(millis: bigint): string {
  const rest = ((millis % 1000n) + 1000n) % 1000n
  const seconds = ((millis - rest) / 1000n).toString()
  return rest === 0n ? seconds : `${seconds}.${rest.toString().padStart(3, '0').replace(/0+$/, '')}`
}

function toDate(millis: bigint): Date | undefined {
  return millis > MAX_MILLIS || millis < -MAX_MILLIS ? undefined : new Date(Number(millis))
}

function partOf(token: string, date: Date): string | undefined {
  if (token.startsWith("'")) return token === "''" ? "'" : token.slice(1, -1)
  if (!/[A-Za-z]/.test(token)) return token
  const two = (value: number): string => String(value).padStart(2, '0')
  switch (token) {
    case 'yyyy':
    case 'uuuu':
      return date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999
        ? String(date.getUTCFullYear())
        : String(date.getUTCFullYear()).padStart(4, '0')
    case 'MM':
      return two(date.getUTCMonth() + 1)
    case 'dd':
      return two(date.getUTCDate())
    case 'HH':
      return two(date.getUTCHours())
    case 'mm':
      return two(date.getUTCMinutes())
    case 'ss':
      return two(date.getUTCSeconds())
    case 'SSS':
      return String(date.getUTCMilliseconds()).padStart(3, '0')
    case 'X':
    case 'XX':
    case 'XXX':
      return 'Z'
    case 'Z':
      return '+0000'
    default:
      return undefined
  }
}
