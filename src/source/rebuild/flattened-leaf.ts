import { disagrees, withoutValues, writingText, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { flattenedText } from './flattened-text.ts'
import { NO_VALUES, windowBytes, type ColumnWindow } from './value-column.ts'

/**
 * Opens a `flattened` field from the column of its keys and values. `FORMAT_UNSUPPORTED` when that cannot be read.
 *
 * Source: Elasticsearch `FlattenedFieldMapper`.
 */
export async function openFlattenedLeaf(leaf: Leaf, context: LeafContext, signal: AbortSignal): Promise<LeafReader> {
  const { byName } = context.segment.fields
  const field = byName.get(`${leaf.name}._keyed`)
  if (byName.has(`${leaf.name}._keyed._ignored`) || byName.has(`${leaf.name}._ignored`)) {
    return withoutValues(leaf, 'values longer than ignore_above are kept in a form that is not read')
  }
  if (field?.docValuesType !== 'sorted_set') return withoutValues(leaf, 'its keys and values are in no column')
  const column = await context.columns.open(field, signal)
  const losses = new Set<string>()
  let base = 0
  let window: ColumnWindow = NO_VALUES
  const text = (doc: number): string | undefined => {
    const { starts, values } = window
    const pairs = Array.from({ length: starts[doc - base + 1]! - starts[doc - base]! }, (_, at) => {
      const value = values[starts[doc - base]! + at]
      if (value instanceof Uint8Array) return value
      throw disagrees(leaf, context, `${column.kind} of a column`)
    })
    if (pairs.length === 0) return undefined
    losses.add('values as texts, sorted, repeated ones once; names with dots as objects')
    const text = flattenedText(pairs)
    if (text === undefined) throw disagrees(leaf, context, 'a key and value')
    return text
  }
  return {
    leaf,
    problem: undefined,
    losses,
    load: async (from, to, abort) => {
      base = from
      window = await column.window(from, to, abort)
      return windowBytes(window)
    },
    text,
    write: writingText(text),
  }
}
