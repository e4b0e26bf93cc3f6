import { checkNewer } from './check-newer.ts'
import type { Config } from './config.ts'
import { hasErrors } from './diagnostic.ts'
import { NEWER_KEYS, newerSchema, type NewerInput } from './newer-schema.ts'
import { newerToPage } from './newer-to-page.ts'
import { normalise } from './normalise.ts'
import { isRecord } from './plain-data.ts'
import type { Report } from './report.ts'
import { schemaDiagnostics } from './schema-diagnostics.ts'
import type { SourceText } from './source-text.ts'

/** The form that a value is written in: the newer one when it has keys at the top that only that one has. */
export function formOf(value: Readonly<Record<string, unknown>>): Config['form'] {
  return !Object.hasOwn(value, 'migrations') && NEWER_KEYS.some((key) => Object.hasOwn(value, key)) ? 'newer' : 'page'
}

/** Reads a value of the newer form; undefined when the schema or a check finds an error, which is then in the report. */
export function parseNewer(
  value: Readonly<Record<string, unknown>>,
  source: SourceText,
  report: Report,
): NewerInput | undefined {
  const config = withoutCommentKeys(value)
  const parsed = newerSchema.safeParse(config)
  checkNewer(config, report)
  if (!parsed.success) {
    report.diagnostics.push(...schemaDiagnostics(newerSchema, config, parsed.error.issues, source))
  }
  return parsed.success && !hasErrors(report.diagnostics) ? parsed.data : undefined
}

/** The meaning of a value of the newer form; undefined when there is an error, which is then in the report. */
export function readNewer(
  value: Readonly<Record<string, unknown>>,
  source: SourceText,
  report: Report,
): Config | undefined {
  const newer = parseNewer(value, source, report)
  if (newer === undefined) return undefined
  const { page, origins } = newerToPage(newer)
  return normalise(page, 'newer', origins)
}

/** The value without keys that begin with `//` or `#`, which upstream takes as comments. */
export function withoutCommentKeys(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const clean = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(clean)
    if (!isRecord(item)) return item
    const kept = Object.entries(item).filter(([key]) => !/^(\/\/|#)/.test(key))
    return Object.fromEntries(kept.map(([key, child]) => [key, clean(child)]))
  }
  return clean(value) as Readonly<Record<string, unknown>>
}
