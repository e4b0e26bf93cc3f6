import { checkPage } from './check-page.ts'
import type { Config } from './config.ts'
import { hasErrors, type Diagnostic } from './diagnostic.ts'
import { formOf, readNewer } from './newer-form.ts'
import { normalise } from './normalise.ts'
import { pageSchema } from './page-schema.ts'
import { parseYaml } from './parse-yaml.ts'
import { Report } from './report.ts'
import { schemaDiagnostics } from './schema-diagnostics.ts'

/** What came of a text: the configuration when there is no error, and every finding in the order of the lines. */
export interface LoadedConfig {
  readonly config?: Config
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads the text of a configuration in either form and reports every problem of it at once. Pure; never throws. */
export function loadConfig(text: string): LoadedConfig {
  const { source, diagnostics: found, value } = parseYaml(text)
  if (value === undefined) return { diagnostics: ordered(found) }
  const report = new Report(source)
  report.diagnostics.push(...found)
  if (formOf(value) === 'newer') {
    const config = readNewer(value, source, report)
    return conclude(config, report)
  }
  const parsed = pageSchema.safeParse(value)
  if (!parsed.success) report.diagnostics.push(...schemaDiagnostics(pageSchema, value, parsed.error.issues, source))
  checkPage(value, report)
  return conclude(parsed.success && !hasErrors(report.diagnostics) ? normalise(parsed.data) : undefined, report)
}

function conclude(config: Config | undefined, report: Report): LoadedConfig {
  const diagnostics = ordered(report.diagnostics)
  return config === undefined || hasErrors(diagnostics) ? { diagnostics } : { config, diagnostics }
}

function ordered(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column)
}
