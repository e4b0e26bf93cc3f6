import type { Dialect } from '../fixtures/dialect.ts'
import { FEATURE_CASES } from './search-features.ts'
import { FIELD_CASES } from './search-fields.ts'

/** Names of all cases. */
export const CASES: readonly string[] = [...FIELD_CASES, ...FEATURE_CASES].map(({ name }) => name)

/** Types of x-pack, which is not published as artefacts. */
const XPACK = ['wildcard', 'constant_keyword', 'version']

/** Analyzers and token filters of a module that is not published after 7.10. */
const ANALYSIS = ['text_analyzed', 'text_english']

/** From 8 on no module of Elasticsearch is published. */
const MODULES = [
  ...['geo_shape', 'match_only_text', 'percolator', 'rank_feature', 'rank_features', 'scaled_float'],
  ...['search_as_you_type', 'token_count', 'parents and children', 'parent_id'],
]

const LACKING: Readonly<Record<string, readonly string[]>> = {
  'es-7.10.2': [...XPACK, 'flattened', 'geo_shape'],
  'es-7.17.29': [...XPACK, ...ANALYSIS, 'geo_shape'],
  'es-8.19.0': [...XPACK, ...ANALYSIS, ...MODULES],
  'es-9.0.0': [...XPACK, ...ANALYSIS, ...MODULES],
  'es-9.5.3': [...XPACK, ...ANALYSIS, ...MODULES],
  'os-1.3.14': ['geo_shape'],
}

/** Cases of `search-fields.ts` and `search-features.ts` that the version has and its server here lacks. */
export function lackingCases({ fixtureName }: Pick<Dialect, 'fixtureName'>): readonly string[] {
  return LACKING[fixtureName] ?? []
}

/** Names of the cases that are searched on both sides of a migration from a source. */
export function searchedCases(dialect: Dialect): readonly string[] {
  const lacking = new Set(lackingCases(dialect))
  const fields = FIELD_CASES.filter(({ field }) => field(dialect) !== undefined)
  const features = FEATURE_CASES.filter(({ isIn }) => isIn(dialect))
  const known = [...fields, ...features].map(({ name }) => name)
  return known.filter((name) => !lacking.has(name))
}
