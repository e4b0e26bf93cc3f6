import type { JsonObject } from '../codec/json-value.ts'
import type { FlatSettings, SettingValue } from './flat-settings.ts'
import type { LedgerEntry } from './ledger.ts'
import type { TranslateOptions } from './translate-options.ts'
import type { ProductVersion, TargetVersion, VersionRange } from './version-range.ts'

/** What every rule may look at. */
export interface RuleContext {
  /** The version that created the index, or the cluster of a template. */
  readonly source: ProductVersion
  readonly target: TargetVersion
  readonly options: TranslateOptions
  /** Settings beside the mapping, before any rule. */
  readonly settings: FlatSettings
}

/** What all rules have: a rule is a value, and pure. */
interface RuleText {
  /** Stands in every {@link Change} the rule makes. */
  readonly name: string
  /** What it does and why, as one sentence; part of the documentation. */
  readonly summary: string
  /** Sources the rule is for; all when left out. */
  readonly source?: VersionRange | readonly VersionRange[]
  /** Targets the rule is for; all when left out. */
  readonly target?: VersionRange | readonly VersionRange[]
}

/** Edits all settings of an index at once; dotted names. */
export interface SettingsRule extends RuleText {
  readonly kind: 'settings'
  edit(settings: Map<string, SettingValue>, entry: LedgerEntry, context: RuleContext): void
}

/** Edits what stands at the root of a mapping: metadata fields, dynamic formats, runtime fields. */
export interface MappingRule extends RuleText {
  readonly kind: 'mapping'
  edit(mapping: JsonObject, entry: LedgerEntry, context: RuleContext): JsonObject
}

/** Where a field definition stands. */
export type FieldPlace = 'property' | 'multi-field' | 'dynamic-template'

/** Edits one field definition at any depth, without its sub-fields; undefined removes the field. */
export interface FieldRule extends RuleText {
  readonly kind: 'field'
  edit(
    field: JsonObject,
    entry: LedgerEntry,
    context: RuleContext & { readonly place: FieldPlace },
  ): JsonObject | undefined
}

export type Rule = SettingsRule | MappingRule | FieldRule
