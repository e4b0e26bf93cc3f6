import type { JsonValue } from '../codec/json-value.ts'
import type { Translated } from './change.ts'
import { settingsBody } from './flat-settings.ts'
import { jsonObject } from './json-edit.ts'
import { Ledger } from './ledger.ts'
import { routingShards } from './routing-shards.ts'
import type { RuleContext } from './rule.ts'
import type { SourceIndex } from './source-index.ts'
import { translateAliases } from './translate-aliases.ts'
import { DEFAULT_TRANSLATE_OPTIONS } from './translate-options.ts'
import type { TranslateOptions } from './translate-options.ts'
import { translateContent } from './translate-content.ts'
import type { TargetVersion } from './version-range.ts'

/**
 * The body with which the target creates an index like `index`: settings, mappings and aliases in its own words. Pure and
 * deterministic; translating the result once more, as an index of the target, changes nothing. It never fails: what has no
 * equivalent is in `problems`.
 */
export function translateIndex(
  index: SourceIndex,
  target: TargetVersion,
  options: Partial<TranslateOptions> = {},
): Translated {
  const ledger = new Ledger()
  const context: RuleContext = {
    source: index.createdVersion,
    target,
    options: { ...DEFAULT_TRANSLATE_OPTIONS, ...options },
    settings: index.settings,
  }
  const { settings, mapping } = translateContent(index.settings, index.mappings, '', context, ledger)
  routingShards(index, settings, ledger)
  const aliases = translateAliases(jsonObject(index.aliases), 'aliases', ledger)
  const body: [string, JsonValue][] = [
    ['settings', settingsBody(settings)],
    ['mappings', mapping ?? jsonObject([])],
    ['aliases', aliases],
  ]
  return { body: jsonObject(body), ...ledger.result() }
}
