import { isJsonObject } from '../../codec/json-value.ts'
import { disagrees, withoutValues, writingText, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { flattenedText } from './flattened-text.ts'
import { readSlots } from './list-slots.ts'
import type { StoredByName } from './stored-values-of.ts'
import { loadWindow, valuesOf, windowedColumn, type SplitColumn } from './value-column.ts'

/** Why a field is not rebuilt some of whose keys are fields of their own. */
export const MAPPED_WITHIN = 'values of the fields that are mapped in it are kept in a form that is not read'

const NO_LISTS: ReadonlyMap<string, readonly number[]> = new Map()

/**
 * Opens a `flattened` field from the column of its keys and values, and from stored ones. `FORMAT_UNSUPPORTED` when one cannot
 * be read.
 *
 * ```
 * <field>._keyed:          key NUL value, each once; several in one byte string where their number is in a column beside it
 * <field>._keyed._ignored: the same of values beyond ignore_above, stored
 * <field>.offsets:         key NUL places of a list
 * ```
 *
 * Source: Elasticsearch `FlattenedFieldMapper`, `FlattenedFieldArrayContext`.
 */
export async function openFlattenedLeaf(leaf: Leaf, context: LeafContext, signal: AbortSignal): Promise<LeafReader> {
  const { byName } = context.segment.fields
  const [keyed, ignored] = [`${leaf.name}._keyed`, `${leaf.name}._keyed._ignored`]
  if (isJsonObject(leaf.mapping['properties'])) return withoutValues(leaf, MAPPED_WITHIN)
  if ((byName.get(ignored)?.docValuesType ?? 'none') !== 'none' || byName.has(`${leaf.name}._ignored`)) {
    return withoutValues(leaf, 'values longer than ignore_above are kept in a form that is not read')
  }
  const pairs = await openStrings(keyed, context, signal)
  if (pairs === undefined && !byName.has(ignored)) return withoutValues(leaf, 'its keys and values are in no column')
  const offsets = context.synthetic ? await openStrings(`${leaf.name}.offsets`, context, signal) : undefined
  const losses = new Set<string>()
  let base = 0
  const bytesOf = (column: SplitColumn | undefined, doc: number): Uint8Array[] =>
    column === undefined ? [] : valuesOf(column, doc - base).map(asBytes)
  const asBytes = (value: unknown): Uint8Array => {
    if (value instanceof Uint8Array) return value
    throw disagrees(leaf, context, 'a number')
  }
  const listsOf = (doc: number): ReadonlyMap<string, readonly number[]> => {
    const found = bytesOf(offsets, doc)
    return found.length === 0 ? NO_LISTS : new Map(found.map((bytes) => listOf(bytes)))
  }
  const listOf = (bytes: Uint8Array): [string, readonly number[]] => {
    const end = bytes.indexOf(0)
    if (end === -1) throw disagrees(leaf, context, 'a list without a key')
    return [Buffer.from(bytes.subarray(0, end)).toString('utf8'), readSlots(bytes.subarray(end + 1))]
  }
  const text = (doc: number, stored: StoredByName): string | undefined => {
    const found = [...bytesOf(pairs, doc), ...(stored.get(ignored) ?? []).map(asBytes)]
    const lists = listsOf(doc)
    if (found.length === 0 && lists.size === 0) return undefined
    if (stored.has(ignored)) found.sort((a, b) => Buffer.compare(a, b))
    losses.add('values as texts, sorted, repeated ones once; names with dots as objects')
    const distinct = found.filter((pair, at) => at === 0 || Buffer.compare(pair, found[at - 1]!) !== 0)
    const json = flattenedText(distinct, lists)
    if (json === undefined) throw disagrees(leaf, context, 'a key and value')
    return json
  }
  const windowed = [pairs, offsets].flatMap((column) =>
    column === undefined ? [] : [column, column.counts ?? []].flat(),
  )
  return {
    leaf,
    problem: undefined,
    losses,
    storedNames: [ignored],
    load: async (from, to, abort) => {
      base = from
      let bytes = 0
      for (const column of windowed) bytes += await loadWindow(column, from, to, abort)
      return bytes
    },
    text,
    write: writingText(text),
  }
}

/** A column of byte strings, each of which may hold several; undefined when the segment has none of that name. */
async function openStrings(
  name: string,
  { segment, columns }: LeafContext,
  signal: AbortSignal,
): Promise<SplitColumn | undefined> {
  const field = segment.fields.byName.get(name)
  if (field?.docValuesType !== 'sorted_set' && field?.docValuesType !== 'binary') return undefined
  const countField = segment.fields.byName.get(`${name}.counts`)
  const isCounted = field.docValuesType === 'binary' && countField?.docValuesType === 'numeric'
  const column = windowedColumn(await columns.open(field, signal))
  return { ...column, counts: isCounted ? windowedColumn(await columns.open(countField, signal)) : undefined }
}
