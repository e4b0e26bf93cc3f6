import { disagrees, withoutValues, writingText, type LeafContext, type LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { inSlots, slotsOf } from './list-slots.ts'
import { isOn } from './mapping-flag.ts'
import type { StoredByName } from './stored-values-of.ts'
import { loadWindow, onlyPlace, valuesOf, type ValueColumn } from './value-column.ts'
import { malformedText, openValueSources } from './value-sources.ts'
import type { ValueText } from './value-text.ts'

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
  const { synthetic } = context
  const { columns, offsets, storedNames, malformedName } = await openValueSources(leaf, text, context, signal)
  const isStored = isOn(leaf.mapping, 'store')
  if (!synthetic && columns.length === 0 && !isStored) {
    return withoutValues(leaf, 'its values are neither stored nor in a column')
  }
  // A server returns numbers from columns, strings from what is stored where they are.
  const storedFirst = isStored && (!synthetic || leaf.type === 'keyword')
  const allStored = malformedName === undefined ? storedNames : [...storedNames, malformedName]
  const fromStored = (stored: StoredByName): readonly string[] | undefined => {
    if (!hasStored(stored, allStored)) return undefined
    const texts: string[] = []
    for (const name of allStored) {
      for (const value of stored.get(name) ?? []) {
        const own = name === malformedName ? malformedText(value, name) : text.stored(value)
        if (own === undefined) throw disagrees(leaf, context, 'stored value')
        texts.push(own)
      }
    }
    return texts
  }
  const textsOf = ({ text: texts, column }: ValueColumn, value: bigint | Uint8Array): readonly string[] => {
    const own = texts(value)
    if (own === undefined) throw disagrees(leaf, context, `${column.kind} of a column`)
    return own
  }
  const fromColumns = (place: number): readonly string[] | undefined => {
    const { compare } = text
    const texts = columns.flatMap((column) => {
      const values = valuesOf(column, place)
      const sorted = compare === undefined ? values : values.toSorted(compare)
      return sorted.flatMap((value) => textsOf(column, value))
    })
    return texts.length === 0 ? undefined : texts
  }

  const [first] = columns
  const only = columns.length === 1 && offsets === undefined ? first : undefined
  const isDistinct = first?.column.kind === 'bytes' && first.column.distinct
  const losses = new Set<string>()
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
  const textOf: LeafReader['text'] = (doc, stored) => {
    const rest = fromStored(stored)
    if (storedFirst && rest !== undefined) {
      if (text.loss !== undefined) losses.add(text.loss)
      return joined(rest)
    }
    const found = fromColumns(doc - base)
    const slots = offsets === undefined ? undefined : slotsOf(offsets.window, doc - base)
    if (slots !== undefined) return inSlots(slots, found ?? [], leaf)
    if (found === undefined) return rest === undefined ? undefined : joined(rest)
    noteLosses(found.length)
    // Beside its column a field has stored values only where the server kept those that did not fit into it.
    return joined(rest === undefined || isStored ? found : [...found, ...rest])
  }
  const writeText = writingText(textOf)
  const windowed = [...columns.flatMap((column) => [column, column.counts ?? []].flat()), offsets ?? []].flat()
  return {
    leaf,
    problem: undefined,
    losses,
    storedNames: allStored,
    load: async (from, to, abort) => {
      base = from
      let bytes = 0
      for (const column of windowed) bytes += await loadWindow(column, from, to, abort)
      return bytes
    },
    text: textOf,
    write: (out, doc, stored) => {
      if (only?.write === undefined || hasStored(stored, allStored)) return writeText(out, doc, stored)
      const { starts } = only.window
      if (starts[doc - base] === starts[doc - base + 1]) return false
      const at = onlyPlace(only, doc - base)
      if (at === -1 || !only.write(out, only, at)) return writeText(out, doc, stored)
      noteLosses(1)
      return true
    },
  }
}

function hasStored(stored: StoredByName, names: readonly string[]): boolean {
  return stored.size > 0 && names.some((name) => stored.has(name))
}

function joined(texts: readonly string[]): string {
  return texts.length === 1 ? texts[0]! : `[${texts.join(',')}]`
}
