import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { FOOTER_LENGTH } from '../../../src/codec/lucene-envelope.ts'
import { memorySource, readAll } from '../../../src/core/byte-source.ts'
import { readCommit } from '../../../src/lucene/commit.ts'
import type { Directory } from '../../../src/lucene/directory.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { openSegmentSource } from '../../../src/source/segment-source.ts'
import { listFixtures } from '../../fixtures/load.ts'

const signal = new AbortController().signal

/** A shard whose only segment is not compound, with the two counts at the end of its `.fdm` file set to others. */
async function withDirtyCounts(fixtureName: string, chunks: number, docs: number): Promise<Directory> {
  const [repository] = listFixtures().find(({ name }) => name === fixtureName)!.repositories
  const opened = await openRepository(await openStore(repository!.path), signal)
  const snapshot = await opened.snapshot(repository!.snapshots[0]!.name, signal)
  const { directory } = await snapshot.shard('many', 0, signal)
  const file = [...directory.files].find((name) => name.endsWith('.fdm'))!
  const original = Buffer.from(await readAll(directory.open(file), 2 ** 20, signal))
  const body = original.length - FOOTER_LENGTH
  // So few chunks are ended early that their number takes one byte.
  const counts = startOfNumber(original, body) - 1
  const bytes = Buffer.concat([original.subarray(0, counts), Buffer.of(chunks, docs), original.subarray(body)])
  bytes.writeBigUInt64BE(BigInt(crc32(bytes.subarray(0, -8))), bytes.length - 8)
  return { ...directory, open: (name) => (name === file ? memorySource(name, bytes) : directory.open(name)) }
}

/** Where the variable-length number that ends there begins: all its bytes but the last have the highest bit. */
function startOfNumber(bytes: Buffer, end: number): number {
  let start = end - 1
  while (bytes[start - 1]! >= 0x80) start--
  return start
}

async function documentsOf(directory: Directory): Promise<number> {
  const { segments } = await readCommit(directory, signal)
  const sources = await Promise.all(segments.map((segment) => openSegmentSource(directory, segment, signal)))
  return sources.reduce((total, source) => total + (source?.segment.maxDoc ?? 0), 0)
}

describe('chunks that were ended early', () => {
  test('of Lucene 8.7 may count no documents, as its merges write it', async () => {
    expect(await documentsOf(await withDirtyCounts('es-7.10.2', 2, 0))).toBeGreaterThan(0)
  })

  test('of Lucene 8.9 and later count some', async () => {
    await expect(withDirtyCounts('es-7.17.29', 2, 0).then(documentsOf)).rejects.toThrow(/0 documents in 2 dirty chunks/)
  })

  test.each(['es-7.10.2', 'es-7.17.29'])('are never more than there are chunks (%s)', async (name) => {
    await expect(withDirtyCounts(name, 100, 100).then(documentsOf)).rejects.toThrow(/100 dirty chunks of/)
  })
})
