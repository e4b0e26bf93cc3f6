import { expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { isFailure } from '../../../src/core/failure.ts'
import { readCommit } from '../../../src/lucene/commit.ts'
import type { Column } from '../../../src/lucene/doc-values/column.ts'
import { segmentColumns } from '../../../src/lucene/doc-values/segment-columns.ts'
import type { FieldInfo } from '../../../src/lucene/field-infos.ts'
import { openSegment, type Segment } from '../../../src/lucene/segment.ts'
import { openRepository } from '../../../src/repository/open.ts'
import type { Fixture } from '../../fixtures/load.ts'

const signal = new AbortController().signal
const WINDOW = 7

/** Every column of every segment: read as a whole and in small windows it gives the same values. */
export function testColumns(fixture: Fixture): void {
  test(`${fixture.name}: every column reads the same as a whole and window by window`, async () => {
    let columns = 0
    for await (const segment of segmentsOf(fixture)) {
      const opened = segmentColumns(segment)
      for (const field of segment.fields.byNumber.values()) {
        if (field.docValuesType === 'none' || isFilter(field)) continue
        columns++
        const where = `${segment.name} ${field.name}`
        if (fixture.name === 'es-1.7.6') {
          await expect(opened.open(field, signal), where).rejects.toSatisfy((error) =>
            isFailure(error, 'FORMAT_UNSUPPORTED'),
          )
          continue
        }
        const column = await opened.open(field, signal)
        expect(column.kind, where).toBe(field.docValuesType.endsWith('numeric') ? 'numbers' : 'bytes')
        expect(await byWindows(column, segment.maxDoc, WINDOW), where).toEqual(
          await byWindows(column, segment.maxDoc, segment.maxDoc),
        )
      }
    }
    expect(columns).toBeGreaterThan(0)
  })
}

/** True for the filter over identifiers that Elasticsearch 9.4 and later keep in the place of a column. */
function isFilter({ attributes }: FieldInfo): boolean {
  return attributes.get('PerFieldDocValuesFormat.format') === 'ES94BloomFilterDocValuesFormat'
}

/** The values of each document as one text. */
async function byWindows(column: Column, maxDoc: number, size: number): Promise<string[]> {
  const documents: string[] = []
  for (let from = 0; from < maxDoc; from += size) {
    const to = Math.min(from + size, maxDoc)
    const { starts, values } = await column.window(from, to, signal)
    expect(values.length).toBe(starts[to - from])
    for (let index = 0; index < to - from; index++) {
      const own = values.slice(starts[index], starts[index + 1])
      documents.push(Array.from<bigint | Uint8Array, string>(own, textOf).join(','))
    }
  }
  return documents
}

function textOf(value: bigint | Uint8Array): string {
  return typeof value === 'bigint' ? value.toString() : Buffer.from(value).toString('hex')
}

async function* segmentsOf(fixture: Fixture): AsyncGenerator<Segment> {
  const [repository] = fixture.repositories
  const opened = await openRepository(await openStore(repository!.path), signal)
  const [first] = repository!.snapshots
  const snapshot = await opened.snapshot(first!.name, signal)
  for (const { name } of first!.indices) {
    const { numberOfShards } = await snapshot.index(name, signal)
    for (let shard = 0; shard < numberOfShards; shard++) {
      const { directory } = await snapshot.shard(name, shard, signal)
      for (const commit of (await readCommit(directory, signal)).segments) {
        yield await openSegment(directory, commit, signal)
      }
    }
  }
}
