import { openTermCounts } from '../../lucene/term-counts.ts'
import { writingText, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { NO_VALUES, windowBytes, type ColumnWindow } from './value-column.ts'

/**
 * Opens `_doc_count` where it is no column: how often a term counts that every document with a count has.
 * `FORMAT_UNSUPPORTED` when the terms cannot be read.
 *
 * Source: Elasticsearch `DocCountFieldMapper`, before 9.3.
 */
export async function openDocCountLeaf(leaf: Leaf, { segment }: LeafContext, signal: AbortSignal): Promise<LeafReader> {
  const column = await openTermCounts(segment, segment.fields.byName.get(leaf.name)!, signal)
  let base = 0
  let window: ColumnWindow = NO_VALUES
  const text = (doc: number): string | undefined => {
    const at = window.starts[doc - base]!
    return at === window.starts[doc - base + 1] ? undefined : window.values[at]!.toString()
  }
  return {
    leaf,
    problem: undefined,
    losses: new Set(),
    load: async (from, to, abort) => {
      base = from
      window = await column.window(from, to, abort)
      return windowBytes(window)
    },
    text,
    write: writingText(text),
  }
}
