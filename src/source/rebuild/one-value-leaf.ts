import { writingText, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { NO_VALUES, windowBytes, type ColumnWindow } from './value-column.ts'

/** A field of which a document has one value at most, written as `write` says, from anything that is read in windows. */
export function oneValueLeaf(
  leaf: Leaf,
  column: { window(from: number, to: number, signal: AbortSignal): Promise<ColumnWindow> },
  write: (value: ColumnWindow['values'][number]) => string,
): LeafReader {
  let base = 0
  let window: ColumnWindow = NO_VALUES
  const text = (doc: number): string | undefined => {
    const at = window.starts[doc - base]!
    return at === window.starts[doc - base + 1] ? undefined : write(window.values[at]!)
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
