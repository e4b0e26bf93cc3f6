import { floatText } from '../../codec/float-text.ts'
import { ByteCursor } from '../../core/byte-cursor.ts'

/**
 * The histogram that a column holds, as JSON. `BLOB_CORRUPT` when a count or value is cut off.
 *
 * ```
 * (vlong count, f64.be value) to the end, in ascending order of the values
 * ```
 *
 * Source: Elasticsearch `HistogramFieldMapper`.
 */
export function histogramText(bytes: Uint8Array): string {
  const cursor = new ByteCursor(bytes, 'histogram of a column', { order: 'big' })
  const view = new DataView(new ArrayBuffer(8))
  const counts: string[] = []
  const values: string[] = []
  while (cursor.remaining > 0) {
    counts.push(cursor.vLong().toString())
    view.setBigInt64(0, cursor.int64())
    values.push(floatText(view.getFloat64(0)))
  }
  return `{"values":[${values.join(',')}],"counts":[${counts.join(',')}]}`
}
