import type { Column } from '../../lucene/doc-values/column.ts'
import type { FieldInfo } from '../../lucene/field-infos.ts'
import { isJsonObject, type JsonObject } from '../../codec/json-value.ts'
import { disagrees, withoutValues, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { inSlots, slotsOf } from './list-slots.ts'
import { isOn } from './mapping-flag.ts'
import type { StoredByName } from './stored-values-of.ts'
import { taggedText } from './tagged-text.ts'
import type { RawValue, ValueText } from './value-text.ts'
import { NO_VALUES, valuesOf, windowBytes, type ColumnWindow, type ValueColumn } from './value-column.ts'

/**
 * Opens a field whose values lie in its own column, in columns and stored values beside it, or in a multi-field.
 * `FORMAT_UNSUPPORTED` when a column cannot be read.
 */
export async function openValueLeaf(
  leaf: Leaf,
  text: ValueText,
  context: LeafContext,
  signal: AbortSignal,
): Promise<LeafReader> {
  const { segment, columns, synthetic } = context
  const losses = new Set<string>()
  const sources: ValueColumn[] = []
  const open = async (name: string, write: ValueText['column']): Promise<void> => {
    const field = segment.fields.byName.get(name)
    if (field === undefined || field.docValuesType === 'none') return
    const countField = segment.fields.byName.get(`${name}.counts`)
    const counts =
      field.docValuesType === 'binary' && countField?.docValuesType === 'numeric'
        ? { column: await columns.open(countField, signal), window: NO_VALUES }
        : undefined
    const column = await columns.open(field, signal)
    const texts = column.kind === 'bytes' && column.fewValues ? remembered(write) : write
    sources.push({ column, text: texts, window: NO_VALUES, counts })
  }
  const malformedName = `${leaf.name}._ignore_malformed`
  await open(leaf.name, text.column)
  await open(`${leaf.name}._original`, text.column)
  const offsetField = synthetic ? segment.fields.byName.get(`${leaf.name}.offsets`) : undefined
  const offsets =
    offsetField?.docValuesType === 'sorted'
      ? { column: await columns.open(offsetField, signal), window: NO_VALUES as ColumnWindow }
      : undefined
  const isText = sources.length === 0
  await open(malformedName, (value) =>
    value instanceof Uint8Array ? [malformedText(value, malformedName)] : undefined,
  )
  const copy = isText && !isStored(leaf) ? keywordCopy(leaf, segment.fields.byName) : undefined
  if (copy !== undefined) await open(copy, text.column)

  const storedNames = [
    leaf.name,
    `${leaf.name}._original`,
    ...(copy === undefined ? [] : [`${copy}._original`]),
  ].filter((name) => segment.fields.byName.has(name))
  const hasMalformed = segment.fields.byName.has(malformedName)
  // A server returns numbers from columns, strings from what is stored where they are.
  const storedFirst = isStored(leaf) && (!synthetic || leaf.type === 'keyword')
  if (!synthetic && sources.length === 0 && !isStored(leaf)) {
    return withoutValues(leaf, 'its values are neither stored nor in a column')
  }
  const fromStored = (stored: StoredByName): readonly string[] | undefined => {
    if (!hasMalformed && !storedNames.some((name) => stored.has(name))) return undefined
    const texts: string[] = []
    for (const name of storedNames) {
      for (const value of stored.get(name) ?? []) {
        const one = text.stored(value)
        if (one === undefined) throw disagrees(leaf, context, 'stored value')
        texts.push(one)
      }
    }
    for (const value of stored.get(malformedName) ?? []) texts.push(malformedText(value, malformedName))
    return texts.length === 0 ? undefined : texts
  }
  const write = ({ text: texts, column }: ValueColumn, value: bigint | Uint8Array): readonly string[] => {
    const own = texts(value)
    if (own === undefined) throw disagrees(leaf, context, `${column.kind} of a column`)
    return own
  }
  const [only] = sources
  const isSimple = sources.length === 1 && only!.counts === undefined
  /** The text of the only value of the only column; undefined where that is not the whole matter. */
  const fromOnlyColumn = (doc: number): string | undefined => {
    if (!isSimple) return undefined
    const { starts, values } = only!.window
    const at = starts[doc]!
    if (starts[doc + 1]! - at !== 1) return undefined
    const own = write(only!, values[at]!)
    return own.length === 1 ? own[0] : undefined
  }
  const fromColumns = (doc: number): readonly string[] | undefined => {
    const texts: string[] = []
    for (const source of sources) {
      for (const value of valuesOf(source, doc)) texts.push(...write(source, value))
    }
    return texts.length === 0 ? undefined : texts
  }

  const isDistinct = sources[0]?.column.kind === 'bytes' && sources[0].column.distinct
  let [isNoted, isNotedOfSeveral] = [false, false]
  const noteLosses = (count: number): void => {
    if (count > 1 && !isNotedOfSeveral) {
      isNotedOfSeveral = true
      losses.add('several values in the order of their column')
    }
    if (isNoted) return
    isNoted = true
    if (text.loss !== undefined) losses.add(text.loss)
    if (isDistinct) losses.add('repeated values once')
    if (isDistinct && leaf.mapping['ignore_above'] !== undefined) losses.add('without values longer than ignore_above')
  }

  let base = 0
  return {
    leaf,
    problem: undefined,
    losses,
    load: async (from, to, abort) => {
      base = from
      let bytes = 0
      const loaded = async (column: Column): Promise<ColumnWindow> => {
        const window = await column.window(from, to, abort)
        bytes += windowBytes(window)
        return window
      }
      if (offsets !== undefined) offsets.window = await loaded(offsets.column)
      for (const source of sources) {
        source.window = await loaded(source.column)
        if (source.counts !== undefined) source.counts.window = await loaded(source.counts.column)
      }
      return bytes
    },
    text: (doc, stored) => {
      const known = storedFirst ? fromStored(stored) : undefined
      if (known !== undefined) {
        if (text.loss !== undefined) losses.add(text.loss)
        return joined(known)
      }
      const rest = storedFirst ? undefined : fromStored(stored)
      const one = offsets === undefined && rest === undefined ? fromOnlyColumn(doc - base) : undefined
      if (one !== undefined) {
        noteLosses(1)
        return one
      }
      const found = fromColumns(doc - base)
      const slots = offsets === undefined ? undefined : slotsOf(offsets.window, doc - base)
      if (slots !== undefined) return inSlots(slots, found ?? [], leaf)
      if (found !== undefined) noteLosses(found.length)
      if (found === undefined) return rest === undefined ? undefined : joined(rest)
      // Beside its column a field has stored values only where the server kept those that did not fit into it.
      return joined(rest === undefined || isStored(leaf) ? found : [...found, ...rest])
    },
  }
}

/** Keeps the texts of values, of which there are few. */
function remembered(write: ValueText['column']): ValueText['column'] {
  const known = new Map<bigint | Uint8Array, readonly string[] | undefined>()
  return (value) => {
    let texts = known.get(value)
    if (texts === undefined) known.set(value, (texts = write(value)))
    return texts
  }
}

function joined(texts: readonly string[]): string {
  return texts.length === 1 ? texts[0]! : `[${texts.join(',')}]`
}

function malformedText(value: RawValue, subject: string): string {
  if (value instanceof Uint8Array) return taggedText(value, subject) ?? 'null'
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
}

function isStored(leaf: Leaf): boolean {
  return isOn(leaf.mapping, 'store')
}

/** The multi-field of a text that keeps its values whole. */
function keywordCopy(leaf: Leaf, fields: ReadonlyMap<string, FieldInfo>): string | undefined {
  const multi: JsonObject = isJsonObject(leaf.mapping['fields']) ? leaf.mapping['fields'] : {}
  for (const [key, mapping] of Object.entries(multi)) {
    if (!isJsonObject(mapping) || mapping['type'] !== 'keyword' || mapping['normalizer'] !== undefined) continue
    const name = `${leaf.name}.${key}`
    if (fields.get(name)?.docValuesType === 'sorted_set') return name
  }
  return undefined
}
