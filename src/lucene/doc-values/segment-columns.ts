import { loadZstd } from '../../codec/zstd.ts'
import type { ByteSource } from '../../core/byte-source.ts'
import { Failure } from '../../core/failure.ts'
import type { FieldInfo } from '../field-infos.ts'
import type { MetadataFile } from '../metadata-file.ts'
import type { Segment } from '../segment.ts'
import { readColumns54, type Column54 } from './column-meta-54.ts'
import { readColumns70, type ColumnMeta, type Layout70 } from './column-meta-70.ts'
import { readColumnsTsdb, type ColumnMetaTsdb, type LayoutTsdb } from './column-meta-tsdb.ts'
import type { Column } from './column.ts'
import { openColumn54 } from './columns-54.ts'
import { openColumn70 } from './columns-70.ts'
import { openColumnTsdb } from './columns-tsdb.ts'
import { checkDataHeader, docValuesFiles, readDocValuesMeta, type DocValuesFiles } from './doc-values-files.ts'
import { verifiedBody } from './region-reader.ts'

const FAMILIES_70: Readonly<Record<string, Layout70['family']>> = {
  Lucene70DocValuesMetadata: 70,
  Lucene80DocValuesMetadata: 80,
  Lucene90DocValuesMetadata: 90,
}
const FAMILIES_TSDB: Readonly<Record<string, LayoutTsdb['family']>> = {
  ES87TSDBDocValuesMetadata: 87,
  ES819TSDBDocValuesMetadata: 819,
  ES95TSDBDocValuesMetadata: 95,
}
const HEAD_BYTES = 512

/** The columns that one pair of files describes, by field number. */
type Metas =
  | { readonly form: '54'; readonly columns: ReadonlyMap<number, Column54> }
  | { readonly form: '70'; readonly layout: Layout70; readonly columns: ReadonlyMap<number, ColumnMeta> }
  | { readonly form: 'tsdb'; readonly layout: LayoutTsdb; readonly columns: ReadonlyMap<number, ColumnMetaTsdb> }

interface OpenFiles {
  readonly files: DocValuesFiles
  readonly meta: MetadataFile
  readonly metas: Metas
  readonly body: ByteSource
}

/** Opens columns of a segment; each pair of files is read and verified once, whatever number of columns is in it. */
export interface SegmentColumns {
  /**
   * The current column of a field. `FORMAT_UNSUPPORTED` for a format that is not known, `BLOB_CORRUPT` when the files do not
   * fit the field or each other.
   */
  open(field: FieldInfo, signal: AbortSignal): Promise<Column>
}

/**
 * The columns of a segment, of Lucene 5.4 to 10 and of logsdb and time-series indices. Nothing is read until one is opened.
 * What is opened may be shared; every column opened reads on its own.
 */
export function segmentColumns(segment: Segment): SegmentColumns {
  const opened = new Map<string, Promise<OpenFiles>>()
  return {
    open: async (field, signal) => {
      const files = docValuesFiles(segment, field)
      let pair = opened.get(files.suffix)
      if (pair === undefined) {
        pair = openFiles(segment, files, signal)
        opened.set(files.suffix, pair)
        // What failed, or was aborted, is tried anew by whoever asks next.
        pair.catch(() => opened.delete(files.suffix))
      }
      return openColumn(segment, field, await pair, signal)
    },
  }
}

async function openFiles(segment: Segment, files: DocValuesFiles, signal: AbortSignal): Promise<OpenFiles> {
  const meta = await readDocValuesMeta(segment, files, signal)
  const metas = readMetas(segment, meta)
  if (metas.form === 'tsdb') await loadZstd()
  const body = await verifiedBody(files.data, signal)
  checkDataHeader(segment, files, meta, await body.read(0, Math.min(HEAD_BYTES, body.length), signal))
  return { files, meta, metas, body }
}

function readMetas(segment: Segment, { codec, version, cursor }: MetadataFile): Metas {
  const family70 = FAMILIES_70[codec]
  if (family70 !== undefined) {
    const layout = { family: family70, version }
    return { form: '70', layout, columns: readColumns70(cursor, layout, segment.fields) }
  }
  const familyTsdb = FAMILIES_TSDB[codec]
  if (familyTsdb !== undefined) {
    const [first] = segment.sortFields
    const primarySort = first?.descending === false ? first.name : undefined
    const layout = { family: familyTsdb, version, primarySort }
    return { form: 'tsdb', layout, columns: readColumnsTsdb(cursor, layout, segment.fields) }
  }
  return { form: '54', columns: readColumns54(cursor, segment.fields, segment.maxDoc) }
}

function openColumn(
  segment: Segment,
  field: FieldInfo,
  { files, meta, metas, body }: OpenFiles,
  signal: AbortSignal,
): Promise<Column> {
  const { order } = meta.cursor
  const data = { body, order, maxDoc: segment.maxDoc }
  switch (metas.form) {
    case '54': {
      const column = metas.columns.get(field.number)
      if (column === undefined) throw absent(segment, field, files)
      return openColumn54(column, data, signal)
    }
    case '70': {
      const column = metas.columns.get(field.number)
      if (column === undefined) throw absent(segment, field, files)
      return openColumn70(column, metas.layout, data, signal)
    }
    case 'tsdb': {
      const column = metas.columns.get(field.number)
      if (column === undefined) throw absent(segment, field, files)
      return openColumnTsdb(column, metas.layout, data, signal)
    }
  }
}

function absent(segment: Segment, field: FieldInfo, files: DocValuesFiles): Failure {
  return new Failure('BLOB_CORRUPT', `has no column of field '${field.name}' of segment ${segment.name}`, {
    op: 'decode',
    subject: files.meta.name,
  })
}
