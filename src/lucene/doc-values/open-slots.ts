import { Failure } from '../../core/failure.ts'
import type { ColumnData } from './column-data.ts'
import { allSlots, listedSlots, type DocSlots } from './doc-slots.ts'
import { readDocSet, type DocSetMeta } from './doc-set.ts'
import { RegionReader } from './region-reader.ts'

/** Reads which documents have a value; `BLOB_CORRUPT` unless there are `expected` of them. */
export async function openSlots(
  meta: DocSetMeta,
  expected: number,
  { body, order, maxDoc }: ColumnData,
  signal: AbortSignal,
): Promise<DocSlots> {
  const region = meta.kind === 'listed' ? await new RegionReader(body, meta.region).readAll(signal) : new Uint8Array(0)
  const { count, bits } = readDocSet(meta, region, maxDoc, order, body.name)
  if (count !== expected) {
    throw new Failure('BLOB_CORRUPT', `${count} documents have a value, ${expected} are recorded`, {
      op: 'decode',
      subject: body.name,
    })
  }
  return meta.kind === 'all' ? allSlots(maxDoc) : listedSlots(bits, count)
}
