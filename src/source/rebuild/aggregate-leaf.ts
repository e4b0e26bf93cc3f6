import { disagrees, withoutValues, writingText, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { loadWindow, windowedColumn, type WindowedColumn } from './value-column.ts'
import { valueText, type ValueText } from './value-text.ts'

/** In the order in which a server writes them. */
const METRICS = ['min', 'max', 'sum', 'value_count'] as const

interface Metric {
  readonly name: string
  readonly windowed: WindowedColumn
  readonly text: ValueText
}

/**
 * Opens an `aggregate_metric_double`, whose metrics are columns of their own. `FORMAT_UNSUPPORTED` when one cannot be read.
 *
 * Source: Elasticsearch `AggregateMetricDoubleFieldMapper`.
 */
export async function openAggregateLeaf(leaf: Leaf, context: LeafContext, signal: AbortSignal): Promise<LeafReader> {
  const metrics: Metric[] = []
  for (const name of METRICS) {
    const field = context.segment.fields.byName.get(`${leaf.name}.${name}`)
    if (field === undefined || field.docValuesType === 'none') continue
    const own = { ...leaf, type: name === 'value_count' ? 'long' : 'double', mapping: {} }
    const windowed = windowedColumn(await context.columns.open(field, signal))
    metrics.push({ name, windowed, text: valueText(own, context.created)! })
  }
  if (metrics.length === 0) return withoutValues(leaf, 'its metrics are in no column')
  let base = 0
  const text = (doc: number): string | undefined => {
    const members: string[] = []
    for (const { name, windowed, text: write } of metrics) {
      const { starts, values } = windowed.window
      const at = starts[doc - base]!
      if (starts[doc - base + 1] === at) continue
      const own = write.column(values[at]!)
      if (own === undefined) throw disagrees(leaf, context, `${windowed.column.kind} of '${name}'`)
      members.push(`"${name}":${own[0]!}`)
    }
    return members.length === 0 ? undefined : `{${members.join(',')}}`
  }
  return {
    leaf,
    problem: undefined,
    losses: new Set(),
    load: async (from, to, abort) => {
      base = from
      let bytes = 0
      for (const { windowed } of metrics) bytes += await loadWindow(windowed, from, to, abort)
      return bytes
    },
    text,
    write: writingText(text),
  }
}
