import { openTermVectors } from '../../lucene/term-vectors.ts'
import type { TermsWindow } from '../../lucene/term-vector-chunk.ts'
import { writingText, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { weightText } from './weight-text.ts'

/** Why weights may differ from those that were sent. */
export const CUT_WEIGHTS = 'weights cut to nine binary digits, of several of one token the largest'
/** What a term takes beside its bytes. */
const TERM_BYTES = 110

/**
 * Opens a `sparse_vector` whose tokens are kept by document, each as often as its weight says. `FORMAT_UNSUPPORTED` when the
 * terms cannot be read.
 *
 * Source: Elasticsearch `SparseVectorFieldMapper`.
 */
export async function openSparseVectorLeaf(
  leaf: Leaf,
  { segment }: LeafContext,
  signal: AbortSignal,
): Promise<LeafReader> {
  const vectors = await openTermVectors(segment, segment.fields.byName.get(leaf.name)!, signal)
  const losses = new Set<string>()
  let base = 0
  let window: TermsWindow = { starts: new Int32Array(1), terms: [], frequencies: [] }
  const text = (doc: number): string | undefined => {
    const { starts, terms, frequencies } = window
    const [first, end] = [starts[doc - base]!, starts[doc - base + 1]!]
    if (first === end) return undefined
    losses.add(CUT_WEIGHTS)
    const members: string[] = []
    for (let at = first; at < end; at++) {
      members.push(`${JSON.stringify(Buffer.from(terms[at]!).toString('utf8'))}:${weightText(frequencies[at]!)}`)
    }
    return `{${members.join(',')}}`
  }
  return {
    leaf,
    problem: undefined,
    losses,
    load: async (from, to, abort) => {
      base = from
      window = await vectors.window(from, to, abort)
      return window.starts.byteLength + window.terms.reduce((bytes, term) => bytes + term.length + TERM_BYTES, 0)
    },
    text,
    write: writingText(text),
  }
}
