import { Failure } from '../../core/failure.ts'
import { docBitsLength } from '../doc-bits.ts'
import type { FieldInfo } from '../field-infos.ts'
import type { Segment } from '../segment.ts'
import { readColumns54 } from './column-meta-54.ts'
import { readColumns70, type Layout70, type NumbersMeta } from './column-meta-70.ts'
import type { DocsWithValue, NumericColumn, SortedColumn } from './columns.ts'
import { readDocSet } from './doc-set.ts'
import { docValuesFiles, readDocValuesData, readDocValuesMeta, type DocValuesFiles } from './doc-values-files.ts'
import { readNumbers70 } from './numbers-70.ts'
import { readSorted54, sortedRegions54 } from './sorted-54.ts'
import type { MetadataFile } from '../metadata-file.ts'

const FAMILIES: Readonly<Record<string, Layout70['family']>> = {
  Lucene70DocValuesMetadata: 70,
  Lucene80DocValuesMetadata: 80,
  Lucene90DocValuesMetadata: 90,
}

/**
 * The documents that have a value in a NUMERIC column of Lucene 7.0 and later. The data file is read, and verified as a
 * whole, only when some but not all documents have one.
 */
export async function readDocsWithValue(
  segment: Segment,
  field: FieldInfo,
  signal: AbortSignal,
): Promise<DocsWithValue> {
  const { files, meta, numbers } = await openNumeric(segment, field, signal)
  const { docs } = numbers
  const contents = docs.kind === 'listed' ? await readDocValuesData(segment, files, meta, [docs.region], signal) : []
  return documents(segment, files, meta, numbers, contents[0] ?? new Uint8Array(0))
}

/** A NUMERIC column of Lucene 7.0 and later. */
export async function readNumericColumn(
  segment: Segment,
  field: FieldInfo,
  signal: AbortSignal,
): Promise<NumericColumn> {
  const { files, meta, numbers } = await openNumeric(segment, field, signal)
  const regions = [numbers.docs.region, numbers.values]
  const [docBytes, valueBytes] = (await readDocValuesData(segment, files, meta, regions, signal)) as [
    Uint8Array,
    Uint8Array,
  ]
  const docs = documents(segment, files, meta, numbers, docBytes)
  return { docs, values: readNumbers70(numbers, valueBytes, meta.cursor.order, files.data.name) }
}

/** A SORTED column of Lucene 5.4 to 6.x, where the parents of documents lie in indices of Elasticsearch 5. */
export async function readSortedColumn(segment: Segment, field: FieldInfo, signal: AbortSignal): Promise<SortedColumn> {
  const files = docValuesFiles(segment, field)
  const meta = await readDocValuesMeta(segment, files, signal)
  if (meta.codec !== 'Lucene54DocValuesMetadata')
    throw meta.cursor.unsupported(`sorted column '${field.name}' of ${meta.codec}`)
  const column = readColumns54(meta.cursor, segment.fields, segment.maxDoc).get(field.number)
  if (column?.kind !== 'sorted') throw absent(segment, field, files)
  const regions = sortedRegions54(column.terms, column.ordinals, segment.maxDoc)
  const contents = await readDocValuesData(segment, files, meta, regions, signal)
  return readSorted54(column.terms, column.ordinals, contents, segment.maxDoc, files.data.name)
}

interface OpenNumeric {
  readonly files: DocValuesFiles
  readonly meta: MetadataFile
  readonly numbers: NumbersMeta
}

async function openNumeric(segment: Segment, field: FieldInfo, signal: AbortSignal): Promise<OpenNumeric> {
  const files = docValuesFiles(segment, field)
  const meta = await readDocValuesMeta(segment, files, signal)
  const family = FAMILIES[meta.codec]
  if (family === undefined) throw meta.cursor.unsupported(`numeric column '${field.name}' of ${meta.codec}`)
  const column = readColumns70(meta.cursor, { family, version: meta.version }, segment.fields).get(field.number)
  if (column?.kind !== 'numeric') throw absent(segment, field, files)
  return { files, meta, numbers: column.numbers }
}

function documents(
  segment: Segment,
  files: DocValuesFiles,
  meta: MetadataFile,
  numbers: NumbersMeta,
  region: Uint8Array,
): DocsWithValue {
  const { maxDoc } = segment
  const docs = readDocSet(numbers.docs, region, maxDoc, meta.cursor.order, files.data.name)
  if (docs.count !== numbers.count || docs.bits.length !== docBitsLength(maxDoc)) {
    throw meta.cursor.corrupt(`${docs.count} documents have a value, there are ${numbers.count} values`, 0)
  }
  return docs
}

function absent(segment: Segment, field: FieldInfo, files: DocValuesFiles): Failure {
  return new Failure('BLOB_CORRUPT', `has no column of field '${field.name}' of segment ${segment.name}`, {
    op: 'decode',
    subject: files.meta.name,
  })
}
