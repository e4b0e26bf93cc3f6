import type { ByteSource } from '../core/byte-source.ts'

/** The files of one shard by their Lucene names (`segments_3`, `_0.cfs`), wherever their bytes come from. */
export interface Directory {
  /** Where it is, for messages: `index logs, shard 0 of snapshot nightly`. */
  readonly name: string
  /** All file names. */
  readonly files: ReadonlySet<string>
  /** The file of that name; throws `BLOB_NOT_FOUND` when the shard has none. */
  open(file: string): ByteSource
}
