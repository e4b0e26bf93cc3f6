import type { FieldRule, MappingRule, Rule, RuleContext, SettingsRule } from './rule.ts'
import {
  analysisNames,
  analysisNeeds,
  analyzerNeeds,
  endedAnalysisParameters,
  endedAnalyzers,
  gramLimits,
  standardFilter,
} from './rules/analysis.ts'
import { dateFormats, dynamicDateFormats, numericDates } from './rules/dates.ts'
import { DROPPED_SETTINGS } from './rules/dropped-settings.ts'
import { dynamicTemplates } from './rules/dynamic-templates.ts'
import { fieldNames, fieldNamesOfMapping } from './rules/field-names.ts'
import { flattened, nearestType, unknownParameters, unsupportedTypes } from './rules/field-types.ts'
import {
  allField,
  earlyMetadataFields,
  rootSwitches,
  routingField,
  runtimeFields,
  sizeField,
  sourceField,
} from './rules/mapping-root.ts'
import { dynamicOfMapping, dynamicOfObjects, missingTypeOfObject, objectLikeTypes } from './rules/objects.ts'
import { booleanSettings, oldValues, renamedSettings, units } from './rules/old-settings.ts'
import {
  allocationSettings,
  blocks,
  codec,
  softDeletes,
  storeType,
  translogRetention,
  unknownSettings,
} from './rules/settings.ts'
import { configuredSimilarity, fieldSimilarity } from './rules/similarity.ts'
import { completion, geoPoint, planarGeometry } from './rules/special-fields.ts'
import {
  analyzerNames,
  booleanSpelling,
  fielddata,
  includeInAll,
  indexOptions,
  indexValues,
  norms,
  stringType,
} from './rules/strings.ts'
import { subobjects, subobjectsOfMapping } from './rules/subobjects.ts'
import { timestampAndTtl } from './rules/times.ts'
import { denseVector, knnMethod, knnSettings } from './rules/vectors.ts'
import { inRange } from './version-range.ts'

/** Every rule, in the order in which they are applied: special ones first, then what the target lacks at all. */
export const RULES: readonly Rule[] = [
  renamedSettings,
  ...DROPPED_SETTINGS,
  allocationSettings,
  blocks,
  softDeletes,
  translogRetention,
  codec,
  storeType,
  units,
  booleanSettings,
  oldValues,
  configuredSimilarity,
  analysisNames,
  standardFilter,
  endedAnalyzers,
  endedAnalysisParameters,
  gramLimits,
  analysisNeeds,
  knnSettings,
  unknownSettings,

  allField,
  earlyMetadataFields,
  timestampAndTtl,
  routingField,
  sizeField,
  sourceField,
  dynamicOfMapping,
  dynamicDateFormats,
  dynamicTemplates,
  runtimeFields,
  subobjectsOfMapping,
  fieldNamesOfMapping,
  rootSwitches,

  analyzerNames,
  analyzerNeeds,
  norms,
  fielddata,
  includeInAll,
  stringType,
  indexValues,
  booleanSpelling,
  indexOptions,
  fieldSimilarity,
  dynamicOfObjects,
  subobjects,
  fieldNames,
  dateFormats,
  numericDates,
  geoPoint,
  planarGeometry,
  completion,
  flattened,
  objectLikeTypes,
  denseVector,
  knnMethod,
  nearestType,
  unsupportedTypes,
  missingTypeOfObject,
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
