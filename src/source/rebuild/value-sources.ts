import { isJsonObject, type JsonObject } from '../../codec/json-value.ts'
import type { FieldInfo } from '../../lucene/field-infos.ts'
import { columnWriter, rememberingWriter } from './column-writer.ts'
import type { LeafContext } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { isOn } from './mapping-flag.ts'
import { taggedText } from './tagged-text.ts'
import { windowedColumn, type ValueColumn, type WindowedColumn } from './value-column.ts'
import type { RawValue, ValueText } from './value-text.ts'

/** Where the values of a field lie in a segment. */
export interface ValueSources {
  readonly columns: readonly ValueColumn[]
  /** For each document the places of a list that its distinct values take. */
  readonly offsets: WindowedColumn | undefined
  /** Names of stored values of the field. */
  readonly storedNames: readonly string[]
  /** Name of the stored values that the server could not index, where the segment has such. */
  readonly malformedName: string | undefined
}

/** Opens the column of a field, columns and stored values beside it, or a multi-field. `FORMAT_UNSUPPORTED` when one cannot be read. */
export async function openValueSources(
  leaf: Leaf,
  text: ValueText,
  { segment, columns: opener, synthetic }: LeafContext,
  signal: AbortSignal,
): Promise<ValueSources> {
  const { byName } = segment.fields
  const columns: ValueColumn[] = []
  const open = async (name: string, write: ValueText['column']): Promise<void> => {
    const field = byName.get(name)
    if (field === undefined || field.docValuesType === 'none') return
    const countField = byName.get(`${name}.counts`)
    const counts =
      field.docValuesType === 'binary' && countField?.docValuesType === 'numeric'
        ? windowedColumn(await opener.open(countField, signal))
        : undefined
    const column = await opener.open(field, signal)
    const isShort = column.kind === 'bytes' && column.fewValues
    const own = write === text.column ? columnWriter(leaf) : undefined
    columns.push({
      ...windowedColumn(column),
      text: isShort ? remembered(write) : write,
      write: own && isShort ? rememberingWriter(own) : own,
      counts,
    })
  }
  const malformedName = `${leaf.name}._ignore_malformed`
  await open(leaf.name, text.column)
  await open(`${leaf.name}._original`, text.column)
  const offsetField = synthetic ? byName.get(`${leaf.name}.offsets`) : undefined
  const offsets =
    offsetField?.docValuesType === 'sorted' ? windowedColumn(await opener.open(offsetField, signal)) : undefined
  const copy = columns.length === 0 && !isOn(leaf.mapping, 'store') ? keywordCopy(leaf, byName) : undefined
  await open(malformedName, (value) =>
    value instanceof Uint8Array ? [malformedText(value, malformedName)] : undefined,
  )
  if (copy !== undefined) await open(copy, text.column)
  const storedNames = [leaf.name, `${leaf.name}._original`, ...(copy === undefined ? [] : [`${copy}._original`])]
  return {
    columns,
    offsets,
    storedNames: storedNames.filter((name) => byName.has(name)),
    malformedName: byName.has(malformedName) ? malformedName : undefined,
  }
}

/** A value that the server could not index, as JSON. `BLOB_CORRUPT` when its form is not known. */
export function malformedText(value: RawValue, subject: string): string {
  if (value instanceof Uint8Array) return taggedText(value, subject) ?? 'null'
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
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
