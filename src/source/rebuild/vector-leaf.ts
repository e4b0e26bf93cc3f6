import type { Column } from '../../lucene/doc-values/column.ts'
import { openVectors } from '../../lucene/vectors.ts'
import { withoutValues, writingText, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { NO_VALUES, windowBytes, type ColumnWindow } from './value-column.ts'
import { byteVectorText, floatVectorText } from './vector-text.ts'

/** Ids from which vectors that are not indexed are little endian (8.9). */
const LITTLE_ENDIAN_VECTORS_SINCE = 8_090_000

/** Opens a vector field from its vector file or column. `FORMAT_UNSUPPORTED` when neither can be read. */
export async function openVectorLeaf(leaf: Leaf, context: LeafContext, signal: AbortSignal): Promise<LeafReader> {
  const { segment, columns, created } = context
  const field = segment.fields.byName.get(leaf.name)
  let column: Column
  let write: (bytes: Uint8Array, magnitude: number) => string
  if (field !== undefined && field.vectorDimension > 0) {
    const vectors = await openVectors(segment, field, signal)
    column = vectors.column
    write = vectors.encoding === 'byte' ? byteVectorText : (bytes, magnitude) => floatVectorText(bytes, true, magnitude)
  } else if (field?.docValuesType === 'binary') {
    column = await columns.open(field, signal)
    const little = (created?.id ?? 0) >= LITTLE_ENDIAN_VECTORS_SINCE
    const isFloat = leaf.mapping['element_type'] === undefined || leaf.mapping['element_type'] === 'float'
    // Behind the components lies their magnitude.
    write = (bytes) =>
      isFloat
        ? floatVectorText(bytes.subarray(0, bytes.length - 4), little)
        : byteVectorText(bytes.subarray(0, bytes.length - 4))
  } else {
    return withoutValues(leaf, 'its vectors are in no file')
  }
  const magnitudeField = segment.fields.byName.get(`${leaf.name}._magnitude`)
  const magnitudes = magnitudeField === undefined ? undefined : await columns.open(magnitudeField, signal)
  const losses = new Set<string>()
  let base = 0
  let window: ColumnWindow = NO_VALUES
  let scales: ColumnWindow = NO_VALUES
  const text = (doc: number): string | undefined => {
    const bytes = window.values[window.starts[doc - base]!]
    if (window.starts[doc - base] === window.starts[doc - base + 1] || !(bytes instanceof Uint8Array)) return undefined
    const scale = magnitudes === undefined ? undefined : scales.values[scales.starts[doc - base]!]
    if (typeof scale === 'bigint' && scales.starts[doc - base]! < scales.starts[doc - base + 1]!) {
      losses.add('scaled to its length again, in 32-bit arithmetic')
      return write(bytes, floatOfBits(scale))
    }
    return write(bytes, 1)
  }
  return {
    leaf,
    problem: undefined,
    losses,
    load: async (from, to, abort) => {
      base = from
      window = await column.window(from, to, abort)
      if (magnitudes !== undefined) scales = await magnitudes.window(from, to, abort)
      return windowBytes(window) + windowBytes(scales)
    },
    text,
    write: writingText(text),
  }
}

function floatOfBits(bits: bigint): number {
  return new Float32Array(Int32Array.of(Number(BigInt.asIntN(32, bits))).buffer)[0]!
}
