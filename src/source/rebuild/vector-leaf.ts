import type { Column } from '../../lucene/doc-values/column.ts'
import { openVectors, type VectorColumn } from '../../lucene/vectors.ts'
import { withoutValues, writingText, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { NO_VALUES, windowBytes, type ColumnWindow } from './value-column.ts'
import { bfloat16VectorText, byteVectorText, floatVectorText } from './vector-text.ts'

/** Ids from which vectors that are not indexed are little endian (8.9). */
const LITTLE_ENDIAN_VECTORS_SINCE = 8_090_000

/** Why the components of a vector may differ from those that were sent. */
export const SCALED = 'scaled to its length again, in 32-bit arithmetic'
/** The same, of those that are kept in half as many bits. */
export const CUT_COMPONENTS = 'components rounded to 16 bits'

const TEXTS: Readonly<Record<VectorColumn['encoding'], (bytes: Uint8Array, magnitude: number) => string>> = {
  float32: (bytes, magnitude) => floatVectorText(bytes, true, magnitude),
  bfloat16: bfloat16VectorText,
  byte: byteVectorText,
}

/** How vectors in a column are written, by what the mapping says of their components; undefined when that is not known. */
function columnText(elementType: unknown, isLittle: boolean): ((bytes: Uint8Array) => string) | undefined {
  switch (elementType ?? 'float') {
    case 'float':
      return (bytes) => floatVectorText(bytes, isLittle)
    case 'bfloat16':
      return (bytes) => bfloat16VectorText(bytes)
    case 'byte':
    case 'bit':
      return byteVectorText
    default:
      return undefined
  }
}

/** Opens a vector field from its vector file or column. `FORMAT_UNSUPPORTED` when neither can be read. */
export async function openVectorLeaf(leaf: Leaf, context: LeafContext, signal: AbortSignal): Promise<LeafReader> {
  const { segment, columns, created } = context
  const field = segment.fields.byName.get(leaf.name)
  let column: Column
  let write: (bytes: Uint8Array, magnitude: number) => string
  if (field !== undefined && field.vectorDimension > 0) {
    const vectors = await openVectors(segment, field, signal)
    column = vectors.column
    write = TEXTS[vectors.encoding]
  } else if (field?.docValuesType === 'binary') {
    const own = columnText(leaf.mapping['element_type'], (created?.id ?? 0) >= LITTLE_ENDIAN_VECTORS_SINCE)
    if (own === undefined) return withoutValues(leaf, 'its vectors have components of a kind that is not known')
    column = await columns.open(field, signal)
    // Behind the components lies their magnitude.
    write = (bytes) => own(bytes.subarray(0, bytes.length - 4))
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
    if (leaf.mapping['element_type'] === 'bfloat16') losses.add(CUT_COMPONENTS)
    const scale = magnitudes === undefined ? undefined : scales.values[scales.starts[doc - base]!]
    if (typeof scale === 'bigint' && scales.starts[doc - base]! < scales.starts[doc - base + 1]!) {
      losses.add(SCALED)
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
