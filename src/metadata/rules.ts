import type { FieldRule, MappingRule, Rule, RuleContext, SettingsRule } from './rule.ts'
import { DROPPED_SETTINGS } from './rules/dropped-settings.ts'
import { flattened, nearestType, unknownParameters, unsupportedTypes } from './rules/field-types.ts'
import {
  allField,
  earlyMetadataFields,
  rootSwitches,
  routingField,
  runtimeFields,
  sourceField,
  timestampAndTtl,
} from './rules/mapping-root.ts'
import {
  allocationSettings,
  blocks,
  codec,
  softDeletes,
  storeType,
  translogRetention,
  unknownSettings,
} from './rules/settings.ts'
import { inRange } from './version-range.ts'

/** Every rule, in the order in which they are applied: special ones first, then what the target lacks at all. */
export const RULES: readonly Rule[] = [
  ...DROPPED_SETTINGS,
  allocationSettings,
  blocks,
  softDeletes,
  translogRetention,
  codec,
  storeType,
  unknownSettings,
  allField,
  earlyMetadataFields,
  timestampAndTtl,
  routingField,
  sourceField,
  runtimeFields,
  rootSwitches,
  flattened,
  nearestType,
  unsupportedTypes,
  unknownParameters,
]

/** The rules for one pair of source and target, by what they edit. */
export interface RuleSet {
  readonly settings: readonly SettingsRule[]
  readonly mapping: readonly MappingRule[]
  readonly field: readonly FieldRule[]
}

/** The rules whose ranges the two versions are in. */
export function rulesFor(context: RuleContext): RuleSet {
  const rules = RULES.filter(
    (rule) =>
      (rule.source === undefined || inRange(context.source, rule.source)) &&
      (rule.target === undefined || inRange(context.target, rule.target)),
  )
  return {
    settings: rules.filter((rule) => rule.kind === 'settings'),
    mapping: rules.filter((rule) => rule.kind === 'mapping'),
    field: rules.filter((rule) => rule.kind === 'field'),
  }
}
