import { isFailure } from '../../core/failure.ts'
import { openAggregateLeaf } from './aggregate-leaf.ts'
import { openDocCountLeaf } from './doc-count-leaf.ts'
import { openFlattenedLeaf } from './flattened-leaf.ts'
import { inField, namingReader, withoutValues, writingText, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { isOff, isOn } from './mapping-flag.ts'
import { openRankVectorsLeaf } from './rank-vectors-leaf.ts'
import { openSparseVectorLeaf } from './sparse-vector-leaf.ts'
import { openValueLeaf } from './value-leaf.ts'
import { noTextReason, valueText } from './value-text.ts'
import { openVectorLeaf } from './vector-leaf.ts'

/** Types of which a server that rebuilds sources keeps every value as it was sent, in `_ignored_source`. */
const KEPT_TYPES: ReadonlySet<string> = new Set([
  ...['completion', 'disabled object', 'geo_shape', 'icu_collation_keyword', 'join', 'murmur3', 'percolator', 'point'],
  ...['rank_feature', 'rank_features', 'search_as_you_type', 'shape', 'token_count'],
])

/** True for types whose values are in no column of a synthetic index, but kept as they were sent. */
export function isKeptType(type: string): boolean {
  return KEPT_TYPES.has(type)
}

/**
 * Opens a field for rebuilding; undefined when the segment knows nothing of it, so that no document has it. A field whose type
 * or format cannot be rebuilt has a `problem` instead of values, as has one of which a stored source has parts.
 */
export async function openLeaf(
  leaf: Leaf,
  context: LeafContext,
  signal: AbortSignal,
  hasParts = false,
): Promise<LeafReader | undefined> {
  const { segment } = context
  const names = [leaf.name, `${leaf.name}._original`]
  const fields = names.flatMap((name) => segment.fields.byName.get(name) ?? [])
  const prefix = `${leaf.name}.`
  const inside = [...segment.fields.byName.keys()].some((name) => name.startsWith(prefix))
  if (leaf.type === 'constant_keyword') return constantLeaf(leaf)
  if (fields.length === 0 && !inside) {
    if (context.synthetic || !isTraceless(leaf)) return undefined
    return withoutValues(leaf, 'it is neither indexed nor kept in any form')
  }
  if (hasParts) return withoutValues(leaf, 'the filter of the sources takes out parts of its values')
  if (leaf.isCopyTarget) {
    return context.synthetic
      ? undefined
      : withoutValues(leaf, 'its own values cannot be told from those copied into it')
  }
  if (context.synthetic && KEPT_TYPES.has(leaf.type)) return undefined
  if (leaf.nested !== undefined && !context.nested) {
    return withoutValues(leaf, `it lies in the nested object '${leaf.nested}', whose documents cannot be told apart`)
  }
  try {
    if (leaf.type === 'flattened') return namingReader(await openFlattenedLeaf(leaf, context, signal), context)
    if (leaf.type === 'aggregate_metric_double') {
      return namingReader(await openAggregateLeaf(leaf, context, signal), context)
    }
    if (leaf.type === 'dense_vector') return namingReader(await openVectorLeaf(leaf, context, signal), context)
    if (leaf.type === 'rank_vectors') return namingReader(await openRankVectorsLeaf(leaf, context, signal), context)
    if (leaf.type === 'sparse_vector') {
      if (fields[0]?.hasTermVectors === true) {
        return namingReader(await openSparseVectorLeaf(leaf, context, signal), context)
      }
      // A server that rebuilds sources keeps what was sent of one that is not stored.
      return context.synthetic ? undefined : withoutValues(leaf, 'its weights are in the inverted index alone')
    }
    if (leaf.name === '_doc_count' && segment.fields.byName.get(leaf.name)?.docValuesType !== 'numeric') {
      return namingReader(await openDocCountLeaf(leaf, context, signal), context)
    }
    const text = valueText(leaf, context.created)
    if (text === undefined) return withoutValues(leaf, noTextReason(leaf))
    return namingReader(await openValueLeaf(leaf, text, context, signal), context)
  } catch (error) {
    if (!isFailure(error, 'FORMAT_UNSUPPORTED')) throw inField(error, leaf, context)
    return withoutValues(leaf, error.detail)
  }
}

/** A field with the same value in every document, which the mapping holds. The value of one that lacks it is not invented. */
function constantLeaf(leaf: Leaf): LeafReader | undefined {
  const { value } = leaf.mapping
  if (typeof value !== 'string') return undefined
  const json = JSON.stringify(value)
  const text = (): string => json
  const losses = new Set(['of the mapping, whether the document had it or not'])
  return { leaf, problem: undefined, losses, load: () => Promise.resolve(0), text, write: writingText(text) }
}

/** True for fields of which a segment need not know anything although documents have them. */
function isTraceless(leaf: Leaf): boolean {
  const { type, mapping } = leaf
  if (type === 'disabled object') return true
  if (isOn(mapping, 'store') || isOn(mapping, 'doc_values')) return false
  if (type === 'binary') return true
  return isOff(mapping, 'index') && (isOff(mapping, 'doc_values') || type === 'text' || type === 'string')
}
