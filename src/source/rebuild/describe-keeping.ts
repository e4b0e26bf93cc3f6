import { isJsonObject, type JsonObject } from '../../codec/json-value.ts'
import type { IndexMetadata } from '../../repository/index-metadata.ts'
import { NATIVE_TYPES } from './open-leaf.ts'
import { leavesOf, type Leaf } from './leaves.ts'
import { isOff, isOn } from './mapping-flag.ts'
import type { MissingField } from './rebuilder.ts'
import { sourceKeeping, VECTOR_TYPES } from './source-kind.ts'
import { valueText } from './value-text.ts'

/** Index version from which a column tells the documents of nested objects from roots (6.1). */
const NESTED_SINCE = 6_010_000

const TEXTS: ReadonlySet<string> = new Set([
  'text',
  'string',
  'match_only_text',
  'annotated_text',
  'search_as_you_type',
])

/**
 * The fields that rebuilt documents of an index would lack, as far as its mapping alone tells; none where sources are stored.
 * Segments may hold less: what really became of each field is in the report of a run.
 */
export function describeKeeping(
  metadata: Pick<IndexMetadata, 'settings' | 'mappings' | 'createdVersion'>,
): readonly MissingField[] {
  const { kind, withoutVectors } = sourceKeeping(metadata)
  if (!withoutVectors && (kind === 'stored' || kind === 'filtered')) return []
  return metadata.mappings.flatMap(({ mapping }) => {
    const lost = leavesOf(mapping)
      .filter(({ type }) => !withoutVectors || VECTOR_TYPES.has(type))
      .flatMap((leaf) => {
        const reason = reasonOf(leaf, kind === 'synthetic', metadata)
        return reason === undefined ? [] : [{ field: leaf.name, reason }]
      })
    if (kind === 'disabled' && isOff(mapping, 'dynamic')) {
      lost.push({ field: '*', reason: 'fields outside the mapping are kept in no form' })
    }
    return lost
  })
}

function reasonOf(
  leaf: Leaf,
  synthetic: boolean,
  { createdVersion }: Pick<IndexMetadata, 'createdVersion'>,
): string | undefined {
  const { type, mapping } = leaf
  if (type === 'disabled object') return synthetic ? undefined : 'it is neither indexed nor kept in any form'
  if (leaf.nested !== undefined && (createdVersion?.id ?? 0) < NESTED_SINCE)
    return `it lies in the nested object '${leaf.nested}'`
  if (synthetic && !NATIVE_TYPES.has(type)) return undefined
  if (type === 'dense_vector' || type === 'constant_keyword' || type === 'flattened') return undefined
  if (valueText(leaf, createdVersion) === undefined) return `values of type '${type}' cannot be rebuilt`
  if (synthetic || isOn(mapping, 'store') || isOn(mapping, 'doc_values')) return undefined
  if (leaf.isCopyTarget) return 'its own values cannot be told from those copied into it'
  const isText = TEXTS.has(type) && !(type === 'string' && mapping['index'] === 'not_analyzed')
  if (isText ? !hasKeywordCopy(mapping) : type === 'binary' || isOff(mapping, 'doc_values')) {
    return 'its values are neither stored nor in a column'
  }
  return undefined
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
