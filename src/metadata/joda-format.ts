/** A date format for java.time. */
export interface JavaFormat {
  readonly format: string
  /** In which respects it accepts or writes other texts than before. */
  readonly warnings: readonly string[]
}

/**
 * The java.time format for a Joda format as mappings up to 6.x have it: alternatives between `||`, each a name or a pattern;
 * one that begins with `8` is of java.time already.
 *
 * Source: pattern letters of Joda `DateTimeFormat` and of java.time `DateTimeFormatter`; migration notes of Elasticsearch 7.0.
 */
export function toJavaFormat(format: string): JavaFormat {
  const warnings = new Set<string>()
  const alternatives = format.split('||').flatMap((alternative) => {
    if (alternative.startsWith('8')) return [alternative]
    if (/^[a-z_]+$/i.test(alternative) && NAME.test(alternative)) return [snakeCase(alternative)]
    return javaPatterns(alternative, warnings)
  })
  const unique = [...new Set(alternatives)]
  return { format: unique.length === 0 ? DEFAULT_FORMAT : unique.join('||'), warnings: [...warnings] }
}

const DEFAULT_FORMAT = 'strict_date_optional_time||epoch_millis'

/** Named formats; what is no pattern letter row such as `yyyyMMdd`, which is spelt with letters as well. */
const NAME = /^(strict_?)?(basic|date|epoch|hour|ordinal|t_?time|time|week|year|iso8601)/i

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/**
 * Joda reads an offset with and without colon and `Z` for zero, java.time needs a pattern for each: the first one also writes.
 */
const OFFSETS: Readonly<Record<string, readonly string[]>> = { Z: ['Z', 'XX', 'XXX'], ZZ: ['xxx', 'XXX', 'XX'] }

function javaPatterns(pattern: string, warnings: Set<string>): string[] {
  // Quoted texts, runs of one letter, and anything else.
  const tokens = pattern.match(/'[^']*'|([A-Za-z])\1*|[^A-Za-z']+/g) ?? []
  if (tokens.some((token) => token.startsWith('C'))) {
    warnings.add(`${pattern} is left out, because java.time has no century`)
    return []
  }
  if (tokens.some((token) => /^[MdHhmsS]{2}/.test(token))) {
    warnings.add('a pattern of two digits no longer accepts one')
  }
  const offset = tokens.find((token) => OFFSETS[token] !== undefined)
  const variants = offset === undefined ? [''] : OFFSETS[offset]!
  return variants.map((variant) => tokens.map((token) => (token === offset ? variant : javaToken(token))).join(''))
}

function javaToken(token: string): string {
  if (token.startsWith('Y')) return token.replaceAll('Y', 'y')
  if (token.startsWith('x')) return token.replaceAll('x', 'Y')
  return /^Z{3,}$/.test(token) ? 'VV' : token
}
