import { checkRange } from '../core/byte-source.ts'
import type { ByteRange } from './blob-store.ts'

/** The range with its end filled in for a blob of `size` bytes; throws `BLOB_CORRUPT` when it does not lie inside. */
export function resolveRange(subject: string, range: ByteRange, size: number): Required<ByteRange> {
  const end = range.end ?? size
  checkRange(subject, size, range.start, end)
  return { start: range.start, end }
}
