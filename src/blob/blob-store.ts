/** One entry of a listing. */
export interface BlobEntry {
  /** Key relative to the store's root, `/` between folders, no leading slash. */
  readonly key: string
  /** Length in bytes. */
  readonly size: number
}

/** The bytes `[start, end)` of a blob; without `end` those from `start` to the end of the blob. */
export interface ByteRange {
  readonly start: number
  readonly end?: number
}

/** What a listing leaves out. */
export interface ListOptions {
  /** True for only those blobs whose key has no `/` after the prefix, as in one folder; false for whole subtrees. */
  readonly delimiter: boolean
}

/**
 * Read access to the blobs under one root (a folder, a bucket). Every call is idempotent and may run concurrently with
 * any other. Keys are used as they are: nothing is escaped, and no key leads out of the root.
 *
 * Failure codes: `BLOB_NOT_FOUND` (no such key), `BLOB_CORRUPT` (the blob is shorter than the range asked for),
 * `REPOSITORY_NOT_FOUND` (the bucket itself is missing), `CONFIG_INVALID` (wrong region or endpoint), `STORE_DENIED`
 * (403, EACCES, a key outside the root), `STORE_UNREACHABLE` and `STORE_THROTTLED` (both mostly retryable), `ABORTED`.
 */
export interface BlobStore {
  /** The root as users write it: an absolute folder or `s3://bucket/prefix`; never holds credentials. */
  readonly uri: string
  /**
   * All blobs whose key starts with `prefix`, in no particular order. A prefix without blobs is an empty listing, not a
   * failure.
   */
  list(prefix: string, options: ListOptions, signal: AbortSignal): AsyncIterable<BlobEntry>
  /** Length in bytes. */
  size(key: string, signal: AbortSignal): Promise<number>
  /**
   * Exactly the bytes of the range, in memory of their own or at the beginning of `memory` where that is long enough. After a
   * failure `memory` must never be used again: an attempt that was given up may still write to it.
   */
  read(key: string, range: ByteRange, signal: AbortSignal, memory?: Uint8Array): Promise<Uint8Array>
  /** The bytes of the range as they arrive, for one pass over a large blob; throws in mid-stream when cut short. */
  stream(key: string, range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>
}
