import { isJsonObject, type JsonObject } from '../../codec/json-value.ts'
import type { IndexMetadata } from '../../repository/index-metadata.ts'
import { MAPPED_WITHIN } from './flattened-leaf.ts'
import { isKeptType } from './open-leaf.ts'
import { leavesOf, type Leaf } from './leaves.ts'
import { isOff, isOn } from './mapping-flag.ts'
import type { FieldReport, MissingField } from './rebuilder.ts'
import { sourceFilter } from './source-filter.ts'
import { CUT_WEIGHTS } from './sparse-vector-leaf.ts'
import { isLeftOutVector, sourceKeeping, storesSparseVectors } from './source-kind.ts'
import { CUT_COMPONENTS, SCALED } from './vector-leaf.ts'
import { noTextReason, valueText } from './value-text.ts'

type Described = Pick<IndexMetadata, 'settings' | 'mappings' | 'createdVersion'>

/** Index version from which a column tells the documents of nested objects from roots (6.1). */
const NESTED_SINCE = 6_010_000

const TEXTS: ReadonlySet<string> = new Set([
  'text',
  'string',
  'match_only_text',
  'annotated_text',
  'search_as_you_type',
])
/** Types whose columns hold the values of a document sorted, each once. */
const DISTINCT: ReadonlySet<string> = new Set(['keyword', 'string', 'ip', 'version'])
/** Types that are read in a way of their own. */
const OF_THEIR_OWN: ReadonlySet<string> = new Set([
  'dense_vector',
  'rank_vectors',
  'constant_keyword',
  'flattened',
  'aggregate_metric_double',
])
/** Types of which a document has one value only. */
const SINGLE: ReadonlySet<string> = new Set([
  'dense_vector',
  'rank_vectors',
  'constant_keyword',
  'binary',
  'wildcard',
  'flattened',
  'histogram',
])

/**
 * What the fields that are put together or put back in the documents of an index are worth, as far as its mapping alone
 * tells; none where sources are stored whole. Segments may hold less: what really became of each field is in the report.
 */
export function describeKeeping(metadata: Described): readonly FieldReport[] {
  const { kind, withoutVectors } = sourceKeeping(metadata)
  if (!withoutVectors && kind === 'stored') return []
  return metadata.mappings.flatMap(({ mapping }) => {
    const filter = kind === 'filtered' ? sourceFilter(mapping) : undefined
    const isStored = kind === 'stored' || kind === 'filtered'
    const fields = leavesOf(mapping).flatMap((leaf) => {
      const isVector = withoutVectors && isLeftOutVector(leaf.mapping)
      const taken = !isStored || isVector ? 'whole' : (filter?.(leaf) ?? 'nothing')
      return taken === 'nothing' ? [] : [fieldReport(leaf, kind === 'synthetic', taken === 'parts', metadata)]
    })
    if (kind !== 'synthetic' && kind !== 'stored' && isOff(mapping, 'dynamic')) {
      fields.push({ field: '*', level: 'missing', reasons: ['fields outside the mapping are kept in no form'] })
    }
    return fields
  })
}

/** The fields that rebuilt documents of an index would lack, as far as its mapping alone tells. */
export function lostFields(metadata: Described): readonly MissingField[] {
  return describeKeeping(metadata).flatMap(({ field, level, reasons }) =>
    level === 'missing' ? [{ field, reason: reasons[0]! }] : [],
  )
}

function fieldReport(leaf: Leaf, synthetic: boolean, hasParts: boolean, metadata: Described): FieldReport {
  const lost = hasParts
    ? 'the filter of the sources takes out parts of its values'
    : reasonOf(leaf, synthetic, metadata)
  if (lost !== undefined) return { field: leaf.name, level: 'missing', reasons: [lost] }
  const reasons = lossesOf(leaf, synthetic, metadata)
  return { field: leaf.name, level: reasons.length === 0 ? 'exact' : 'approximated', reasons }
}

function reasonOf(leaf: Leaf, synthetic: boolean, metadata: Described): string | undefined {
  const { type, mapping } = leaf
  const { createdVersion } = metadata
  if (type === 'disabled object') return synthetic ? undefined : 'it is neither indexed nor kept in any form'
  if (leaf.nested !== undefined && (createdVersion?.id ?? 0) < NESTED_SINCE)
    return `it lies in the nested object '${leaf.nested}'`
  if (synthetic && isKeptType(type)) return undefined
  if (type === 'flattened' && isJsonObject(mapping['properties'])) return MAPPED_WITHIN
  if (OF_THEIR_OWN.has(type)) return undefined
  if (type === 'sparse_vector') {
    const isKept = synthetic || storesSparseVectors(mapping, metadata)
    return isKept ? undefined : 'its weights are in the inverted index alone'
  }
  if (valueText(leaf, createdVersion) === undefined) return noTextReason(leaf)
  if (synthetic || isOn(mapping, 'store') || isOn(mapping, 'doc_values')) return undefined
  if (leaf.isCopyTarget) return 'its own values cannot be told from those copied into it'
  if (isText(leaf) ? !hasKeywordCopy(mapping) : type === 'binary' || isOff(mapping, 'doc_values')) {
    return 'its values are neither stored nor in a column'
  }
  return undefined
}

/** Why values that are rebuilt may differ from those that were sent. */
function lossesOf(leaf: Leaf, synthetic: boolean, metadata: Described): string[] {
  const { type, mapping } = leaf
  const { createdVersion } = metadata
  if (type === 'disabled object' || (synthetic && isKeptType(type))) return []
  if (type === 'constant_keyword') return ['of the mapping, whether the document had it or not']
  if (type === 'dense_vector') {
    const isCut = mapping['element_type'] === 'bfloat16'
    return [...(isScaled(mapping) ? [SCALED] : []), ...(isCut ? [CUT_COMPONENTS] : [])]
  }
  if (type === 'sparse_vector') return storesSparseVectors(mapping, metadata) ? [CUT_WEIGHTS] : []
  if (type === 'aggregate_metric_double' || type === 'rank_vectors') return []
  if (type === 'flattened') return ['values as texts, sorted, repeated ones once; names with dots as objects']
  const own = valueText(leaf, createdVersion)?.loss
  const losses = own === undefined ? [] : [own]
  if (isOn(mapping, 'store') || SINGLE.has(type) || (synthetic && isText(leaf))) return losses
  losses.push('several values in the order of their column')
  if (DISTINCT.has(type) || isText(leaf)) losses.push('repeated values once')
  if (mapping['ignore_above'] !== undefined || isText(leaf)) losses.push('without values longer than ignore_above')
  return losses
}

/** Vectors that are compared by their cosine are kept with length 1; that is the default for floats since 8.11. */
function isScaled(mapping: JsonObject): boolean {
  const { similarity, element_type } = mapping
  const isFloat = element_type !== 'byte' && element_type !== 'bit'
  return !isOff(mapping, 'index') && isFloat && (similarity === undefined || similarity === 'cosine')
}

function isText({ type, mapping }: Leaf): boolean {
  return TEXTS.has(type) && !(type === 'string' && mapping['index'] === 'not_analyzed')
}

function hasKeywordCopy(mapping: JsonObject): boolean {
  const { fields } = mapping
  if (!isJsonObject(fields)) return false
  return Object.values(fields).some(
    (field) =>
      isJsonObject(field) &&
      field['type'] === 'keyword' &&
      field['normalizer'] === undefined &&
      !isOff(field, 'doc_values'),
  )
}
