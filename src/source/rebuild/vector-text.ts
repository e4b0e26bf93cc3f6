import { floatText } from '../../codec/float-text.ts'

/** A vector of float32 components as JSON; `magnitude` undoes that the server scaled it to length 1. */
export function floatVectorText(bytes: Uint8Array, littleEndian: boolean, magnitude = 1): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const texts: string[] = []
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    texts.push(floatText(Math.fround(view.getFloat32(at, littleEndian) * magnitude), true))
  }
  return `[${texts.join(',')}]`
}

/** A vector of signed bytes as JSON. */
export function byteVectorText(bytes: Uint8Array): string {
  return `[${Int8Array.from(bytes).join(',')}]`
}

/** A vector of components that are the upper halves of float32, as JSON; `magnitude` as above. */
export function bfloat16VectorText(bytes: Uint8Array, magnitude = 1): string {
  const wide = new Uint8Array(2 * (bytes.length - (bytes.length % 2)))
  for (let at = 0; at + 2 <= bytes.length; at += 2) wide.set(bytes.subarray(at, at + 2), 2 * at + 2)
  return floatVectorText(wide, true, magnitude)
}
