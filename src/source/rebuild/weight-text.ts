import { floatText } from '../../codec/float-text.ts'

/** Bits of a weight that are not kept. */
const CUT_BITS = 15

/**
 * The weight of a feature as JSON, from the number of times that its term counts: the upper bits of the weight as a float32.
 *
 * Source: Lucene `FeatureField.decodeFeatureValue`.
 */
export function weightText(frequency: number): string {
  const bits = Int32Array.of(frequency << CUT_BITS)
  return floatText(new Float32Array(bits.buffer)[0]!, true)
}
