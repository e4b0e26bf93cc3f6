import type { FlatSettings, SettingValue } from './flat-settings.ts'
import type { Ledger } from './ledger.ts'
import type { RuleContext } from './rule.ts'
import { rulesFor } from './rules.ts'

/** Translates the settings of an index or a template. */
export function translateSettings(
  settings: FlatSettings,
  path: string,
  context: RuleContext,
  ledger: Ledger,
): Map<string, SettingValue> {
  const edited = new Map(settings)
  for (const rule of rulesFor(context).settings) rule.edit(edited, ledger.entry(rule.name, path), context)
  return edited
}
