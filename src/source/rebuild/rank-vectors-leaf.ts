import { stringifyJson } from '../../codec/json-exact.ts'
import { disagrees, withoutValues, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { oneValueLeaf } from './one-value-leaf.ts'
import { byteVectorText, floatVectorText } from './vector-text.ts'

/**
 * Opens a `rank_vectors` field, a list of vectors that lie one behind the other in a byte string: float32 components, little
 * endian, or signed bytes, which also hold eight bits each. `FORMAT_UNSUPPORTED` when its column cannot be read.
 *
 * Source: Elasticsearch `RankVectorsFieldMapper`.
 */
export async function openRankVectorsLeaf(leaf: Leaf, context: LeafContext, signal: AbortSignal): Promise<LeafReader> {
  const field = context.segment.fields.byName.get(leaf.name)
  if (field?.docValuesType !== 'binary') return withoutValues(leaf, 'its vectors are in no column')
  const { dims, element_type: type = 'float' } = leaf.mapping
  const width = widthOf(type, typeof dims === 'number' ? dims : 0)
  if (width === undefined) {
    return withoutValues(leaf, `${stringifyJson(dims ?? null)} dimensions of element type ${stringifyJson(type)}`)
  }
  const column = await context.columns.open(field, signal)
  const write = type === 'float' ? (bytes: Uint8Array) => floatVectorText(bytes, true) : byteVectorText
  return oneValueLeaf(leaf, column, (bytes) => {
    if (!(bytes instanceof Uint8Array)) throw disagrees(leaf, context, `${column.kind} of a column`)
    if (bytes.length % width !== 0) throw disagrees(leaf, context, `${bytes.length} bytes for vectors of ${width}`)
    const vectors = Array.from({ length: bytes.length / width }, (_, place) =>
      write(bytes.subarray(place * width, (place + 1) * width)),
    )
    return `[${vectors.join(',')}]`
  })
}

/** Bytes of a vector; undefined when there is none of that kind. */
function widthOf(type: unknown, dimensions: number): number | undefined {
  if (!Number.isInteger(dimensions) || dimensions < 1) return undefined
  if (type === 'float') return 4 * dimensions
  if (type === 'byte') return dimensions
  return type === 'bit' && dimensions % 8 === 0 ? dimensions / 8 : undefined
}
