import { Failure } from '../core/failure.ts'
import { clearBits, countBits, type DocBits } from './doc-bits.ts'
import { readSoftDeletes } from './soft-deletes.ts'
import { readHardDeletes } from './hard-deletes.ts'
import type { Segment } from './segment.ts'

/** Which documents of a segment exist: neither hard-deleted nor soft-deleted. */
export interface LiveDocs {
  /** Number of live documents; nested children count, too. */
  readonly count: number
  readonly hardDeleted: number
  /** Documents that are soft-deleted and not hard-deleted. */
  readonly softDeleted: number
  /** One bit a document, bit `doc & 7` of byte `doc >> 3`; undefined when every document is live. */
  readonly bits: DocBits | undefined
  isLive(doc: number): boolean
}

/**
 * Reads hard and soft deletes of a segment and combines them. `BLOB_CORRUPT` when the counts differ from those of the
 * commit: a wrong liveness map would silently lose or revive documents.
 *
 * Source: Lucene `Lucene90LiveDocsFormat`, `SoftDeletesDirectoryReaderWrapper`.
 */
export async function readLiveDocs(segment: Segment, signal: AbortSignal): Promise<LiveDocs> {
  const { maxDoc, commit } = segment
  const hard = await readHardDeletes(segment, signal)
  const hardLive = hard === undefined ? maxDoc : countBits(hard)
  if (maxDoc - hardLive !== commit.delCount) {
    throw mismatch(segment, `${maxDoc - hardLive} documents are deleted, the commit records ${commit.delCount}`)
  }
  const soft = await readSoftDeletes(segment, signal)
  const bits = soft === undefined ? hard : clearBits(hard, soft, maxDoc)
  const count = bits === undefined ? maxDoc : countBits(bits)
  const softDeleted = hardLive - count
  if (commit.softDelCount !== undefined && softDeleted !== commit.softDelCount) {
    throw mismatch(segment, `${softDeleted} documents are soft-deleted, the commit records ${commit.softDelCount}`)
  }
  return {
    count,
    hardDeleted: commit.delCount,
    softDeleted,
    bits,
    isLive: (doc) => bits === undefined || ((bits[doc >> 3]! >> (doc & 7)) & 1) === 1,
  }
}

function mismatch(segment: Segment, detail: string): Failure {
  return new Failure('BLOB_CORRUPT', detail, { op: 'read live documents of', subject: `segment ${segment.name}` })
}
