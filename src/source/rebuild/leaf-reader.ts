import { isFailure } from '../../core/failure.ts'
import { ByteCursor } from '../../core/byte-cursor.ts'
import type { Column, NumberWindow, BytesWindow } from '../../lucene/doc-values/column.ts'
import type { SegmentColumns } from '../../lucene/doc-values/segment-columns.ts'
import type { FieldInfo } from '../../lucene/field-infos.ts'
import type { Segment } from '../../lucene/segment.ts'
import { openVectors } from '../../lucene/vectors.ts'
import type { VersionId } from '../../repository/version-id.ts'
import { isJsonObject, type JsonObject } from '../../codec/json-value.ts'
import type { Leaf } from './leaves.ts'
import { isOff, isOn } from './mapping-flag.ts'
import type { StoredByName } from './stored-values-of.ts'
import { taggedText } from './tagged-text.ts'
import { valueText, type RawValue, type ValueText } from './value-text.ts'
import { byteVectorText, floatVectorText } from './vector-text.ts'

/** Ids from which vectors that are not indexed are little endian (8.9). */
const LITTLE_ENDIAN_VECTORS_SINCE = 8_090_000

/** Types whose values a server rebuilds from columns and stored fields. Source: Elasticsearch, "Synthetic source". */
export const NATIVE_TYPES: ReadonlySet<string> = new Set([
  ...['aggregate_metric_double', 'annotated_text', 'binary', 'boolean', 'byte', 'constant_keyword', 'counted_keyword'],
  ...[
    'date',
    'date_nanos',
    'date_range',
    'dense_vector',
    'double',
    'double_range',
    'exponential_histogram',
    'flattened',
  ],
  ...['float', 'float_range', 'geo_point', 'half_float', 'histogram', 'integer', 'integer_range', 'ip', 'ip_range'],
  ...['keyword', 'long', 'long_range', 'match_only_text', 'pattern_text', 'rank_vectors', 'scaled_float', 'short'],
  ...['semantic_text', 'sparse_vector', 'tdigest', 'text', 'unsigned_long', 'version', 'wildcard'],
])

/** Gives the values of one field, document by document of a window. */
export interface LeafReader {
  readonly leaf: Leaf
  /** Set when no value of the field can be given: why. */
  readonly problem: string | undefined
  /** Why values may differ from those that were sent; grows with what was seen. */
  readonly losses: ReadonlySet<string>
  /** Loads the documents `[from, to)`. */
  load(from: number, to: number, signal: AbortSignal): Promise<void>
  /** The values as JSON, several as a list; undefined when the document has none. `BLOB_CORRUPT` for an impossible value. */
  text(doc: number, stored: StoredByName): string | undefined
}

/** What opening a field needs to know of its index. */
export interface LeafContext {
  readonly segment: Segment
  readonly columns: SegmentColumns
  readonly created: VersionId | undefined
  /** True when values must be those that the server itself would return. */
  readonly synthetic: boolean
}

/**
 * Opens a field for rebuilding; undefined when the segment knows nothing of it, so that no document has it. A field whose type
 * or format cannot be rebuilt has a `problem` instead of values.
 */
export async function openLeaf(leaf: Leaf, context: LeafContext, signal: AbortSignal): Promise<LeafReader | undefined> {
  const { segment } = context
  const names = [leaf.name, `${leaf.name}._original`]
  const fields = names.flatMap((name) => segment.fields.byName.get(name) ?? [])
  const prefix = `${leaf.name}.`
  const inside = [...segment.fields.byName.keys()].some((name) => name.startsWith(prefix))
  if (leaf.type === 'constant_keyword') return constantLeaf(leaf)
  if (fields.length === 0 && !inside) {
    if (context.synthetic || !isTraceless(leaf)) return undefined
    return withoutValues(leaf, 'it is neither indexed nor kept in any form')
  }
  if (leaf.isCopyTarget) {
    return context.synthetic
      ? undefined
      : withoutValues(leaf, 'its own values cannot be told from those copied into it')
  }
  // Of the other types a server that rebuilds sources keeps every value as it was sent, in `_ignored_source`.
  if (context.synthetic && leaf.nested === undefined && !NATIVE_TYPES.has(leaf.type)) return undefined
  if (leaf.nested !== undefined) return withoutValues(leaf, `it lies in the nested object '${leaf.nested}'`)
  try {
    if (leaf.type === 'dense_vector') return await openVectorLeaf(leaf, context, signal)
    const text = valueText(leaf, context.created)
    if (text === undefined) return withoutValues(leaf, `values of type '${leaf.type}' cannot be rebuilt`)
    return await openValueLeaf(leaf, text, context, signal)
  } catch (error) {
    if (!isFailure(error, 'FORMAT_UNSUPPORTED')) throw error
    return withoutValues(leaf, error.detail)
  }
}

function withoutValues(leaf: Leaf, problem: string): LeafReader {
  return { leaf, problem, losses: new Set(), load: () => Promise.resolve(), text: () => undefined }
}

/** A field with the same value in every document, which the mapping holds. The value of one that lacks it is not invented. */
function constantLeaf(leaf: Leaf): LeafReader | undefined {
  const { value } = leaf.mapping
  if (typeof value !== 'string') return undefined
  const text = JSON.stringify(value)
  const losses = new Set(['of the mapping, whether the document had it or not'])
  return { leaf, problem: undefined, losses, load: () => Promise.resolve(), text: () => text }
}

/** Where the values of a field come from, best first. */
interface ValueColumn {
  readonly column: Column
  readonly text: ValueText['column']
  window: NumberWindow | BytesWindow
  /** How many values each byte string holds, where that is kept beside it. */
  readonly counts: { readonly column: Column; window: NumberWindow | BytesWindow } | undefined
}

const NO_VALUES: NumberWindow = { starts: new Int32Array(1), values: new BigInt64Array(0) }

async function openValueLeaf(
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
    sources.push({ column: await columns.open(field, signal), text: write, window: NO_VALUES, counts })
  }
  await open(leaf.name, text.column)
  await open(`${leaf.name}._original`, text.column)
  const offsetField = synthetic ? segment.fields.byName.get(`${leaf.name}.offsets`) : undefined
  const offsets =
    offsetField?.docValuesType === 'sorted'
      ? { column: await columns.open(offsetField, signal), window: NO_VALUES as NumberWindow | BytesWindow }
      : undefined
  const isText = sources.length === 0
  const copy = isText && !isStored(leaf) ? keywordCopy(leaf, segment.fields.byName) : undefined
  if (copy !== undefined) await open(copy, text.column)

  const storedNames = [leaf.name, `${leaf.name}._original`, ...(copy === undefined ? [] : [`${copy}._original`])]
  const malformedName = `${leaf.name}._ignore_malformed`
  // A server returns numbers from columns, strings from what is stored where they are.
  const storedFirst = isStored(leaf) && (!synthetic || leaf.type === 'keyword')
  if (!synthetic && sources.length === 0 && !isStored(leaf)) {
    return withoutValues(leaf, 'its values are neither stored nor in a column')
  }
  const fromStored = (stored: StoredByName): readonly string[] | undefined => {
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
  const fromColumns = (doc: number): readonly string[] | undefined => {
    const texts: string[] = []
    for (const source of sources) {
      for (const value of valuesOf(source, doc)) {
        const own = source.text(value)
        if (own === undefined) throw disagrees(leaf, context, `${source.column.kind} of a column`)
        texts.push(...own)
      }
    }
    return texts.length === 0 ? undefined : texts
  }

  const isDistinct = sources[0]?.column.kind === 'bytes' && sources[0].column.distinct
  const noteLosses = (count: number): void => {
    if (text.loss !== undefined) losses.add(text.loss)
    if (count > 1) losses.add('several values in the order of their column')
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
      if (offsets !== undefined) offsets.window = await offsets.column.window(from, to, abort)
      for (const source of sources) {
        source.window = await source.column.window(from, to, abort)
        if (source.counts !== undefined) source.counts.window = await source.counts.column.window(from, to, abort)
      }
    },
    text: (doc, stored) => {
      const known = storedFirst ? fromStored(stored) : undefined
      if (known !== undefined) {
        if (text.loss !== undefined) losses.add(text.loss)
        return joined(known)
      }
      const found = fromColumns(doc - base)
      const rest = storedFirst ? undefined : fromStored(stored)
      const slots = offsets === undefined ? undefined : slotsOf(offsets.window, doc - base)
      if (slots !== undefined) return inSlots(slots, found ?? [], leaf)
      if (found !== undefined) noteLosses(found.length)
      if (found === undefined) return rest === undefined ? undefined : joined(rest)
      // Beside its column a field has stored values only where the server kept those that did not fit into it.
      return joined(rest === undefined || isStored(leaf) ? found : [...found, ...rest])
    },
  }
}

function joined(texts: readonly string[]): string {
  return texts.length === 1 ? texts[0]! : `[${texts.join(',')}]`
}

/** For each place of a list the number of its value among the distinct ones, -1 for null; undefined when nothing is recorded. */
function slotsOf(window: NumberWindow | BytesWindow, index: number): number[] | undefined {
  const bytes = window.values[window.starts[index]!]
  if (window.starts[index] === window.starts[index + 1] || !(bytes instanceof Uint8Array)) return undefined
  const cursor = new ByteCursor(bytes, 'places of the values of a list')
  const zigZag = (): number => {
    const value = cursor.vInt()
    return (value >>> 1) ^ -(value & 1)
  }
  const count = zigZag()
  if (count < 0 || count > bytes.length) throw cursor.corrupt(`${count} places`, 0)
  return Array.from({ length: count }, zigZag)
}

function inSlots(slots: readonly number[], texts: readonly string[], leaf: Leaf): string {
  const distinct = [...new Set(texts)]
  const places = slots.map((slot) => {
    const text = slot === -1 ? 'null' : distinct[slot]
    if (text !== undefined) return text
    throw new ByteCursor(new Uint8Array(0), `field '${leaf.name}'`).corrupt(
      `value ${slot} of a list of ${distinct.length} distinct values`,
    )
  })
  return `[${places.join(',')}]`
}

function malformedText(value: RawValue, subject: string): string {
  if (value instanceof Uint8Array) return taggedText(value, subject) ?? 'null'
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value)
}

function valuesOf({ window, counts }: ValueColumn, index: number): readonly (bigint | Uint8Array)[] {
  const values: (bigint | Uint8Array)[] = []
  for (let at = window.starts[index]!; at < window.starts[index + 1]!; at++) values.push(window.values[at]!)
  if (counts === undefined) return values
  const count = counts.window.values[counts.window.starts[index]!]
  if (count === undefined || count === 1n) return values
  return values.flatMap<bigint | Uint8Array>((value) => (value instanceof Uint8Array ? splitValues(value) : value))
}

/** `(vint length, bytes)*` to the end. */
function splitValues(bytes: Uint8Array): Uint8Array[] {
  const cursor = new ByteCursor(bytes, 'values of a column')
  const values: Uint8Array[] = []
  while (cursor.remaining > 0) values.push(cursor.take(cursor.vCount('length of a value', cursor.remaining)))
  return values
}

/** True for fields of which a segment need not know anything although documents have them. */
function isTraceless(leaf: Leaf): boolean {
  const { type, mapping } = leaf
  if (type === 'disabled object') return true
  if (isOn(mapping, 'store') || isOn(mapping, 'doc_values')) return false
  if (type === 'binary') return true
  return isOff(mapping, 'index') && (isOff(mapping, 'doc_values') || type === 'text' || type === 'string')
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

function disagrees(leaf: Leaf, { segment }: LeafContext, what: string): Error {
  return new ByteCursor(new Uint8Array(0), `field '${leaf.name}' of segment ${segment.name}`).corrupt(
    `mapped as '${leaf.type}' but ${what} cannot be such a value`,
  )
}

async function openVectorLeaf(leaf: Leaf, context: LeafContext, signal: AbortSignal): Promise<LeafReader> {
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
  let window: NumberWindow | BytesWindow = NO_VALUES
  let scales: NumberWindow | BytesWindow = NO_VALUES
  return {
    leaf,
    problem: undefined,
    losses,
    load: async (from, to, abort) => {
      base = from
      window = await column.window(from, to, abort)
      if (magnitudes !== undefined) scales = await magnitudes.window(from, to, abort)
    },
    text: (doc) => {
      const bytes = window.values[window.starts[doc - base]!]
      if (window.starts[doc - base] === window.starts[doc - base + 1] || !(bytes instanceof Uint8Array))
        return undefined
      const scale = magnitudes === undefined ? undefined : scales.values[scales.starts[doc - base]!]
      if (typeof scale === 'bigint' && scales.starts[doc - base]! < scales.starts[doc - base + 1]!) {
        losses.add('scaled to its length again, in 32-bit arithmetic')
        return write(bytes, floatOfBits(scale))
      }
      return write(bytes, 1)
    },
  }
}

function floatOfBits(bits: bigint): number {
  return new Float32Array(Int32Array.of(Number(BigInt.asIntN(32, bits))).buffer)[0]!
}
