/** One entry of a listing. */
export interface BlobEntry {
  /** Key relative to the store's root, `/` between folders, no leading slash. */
  readonly key: string
  /** Length in bytes. */
  readonly size: number
}

/**
 * Read access to the blobs under one root (a folder, a bucket prefix). Every call is idempotent and may run concurrently
 * with any other. Keys are concatenated as they are: nothing is escaped.
 *
 * Failure codes: `BLOB_NOT_FOUND` (no such key), `BLOB_CORRUPT` (the blob is shorter than the range asked for),
 * `STORE_DENIED` (403, EACCES), `STORE_UNREACHABLE` and `STORE_THROTTLED` (both retryable), `ABORTED`.
 */
export interface BlobStore {
  /** The root as users write it: an absolute folder or `s3://bucket/prefix`; never holds credentials. */
  readonly uri: string
  /**
   * All blobs whose key starts with `prefix`, in no particular order. With `delimiter` true only those directly under the
   * folder `prefix` (which ends with `/` or is empty). A prefix without blobs is an empty listing, not a failure.
   */
  list(prefix: string, options: { readonly delimiter: boolean }, signal: AbortSignal): AsyncIterable<BlobEntry>
  /** Length in bytes. */
  size(key: string, signal: AbortSignal): Promise<number>
  /** Exactly the bytes `[start, end)`; `end` may be left out for "to the end of the blob". */
  read(key: string, range: { readonly start: number; readonly end?: number }, signal: AbortSignal): Promise<Uint8Array>
  /** The bytes `[start, end)` as they arrive, for one pass over a large blob; throws in mid-stream when cut short. */
  stream(
    key: string,
    range: { readonly start: number; readonly end?: number },
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>
}
