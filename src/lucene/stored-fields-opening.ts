import type { ByteCursor } from '../core/byte-cursor.ts'
import type { ByteSource } from '../core/byte-source.ts'
import type { Decompress } from './chunk-compression.ts'
import type { ChunkIndex } from './chunk-index.ts'
import type { Segment } from './segment.ts'
import type { ChunkLayout } from './stored-chunk.ts'

/** How numbers are written in documents: fixed big endian (Lucene 4), or variable with parts in that order. */
export type NumberForm = 'fixed' | 'big' | 'little'

/** What a format needs to find the index of a `.fdt` file. */
export interface StoredFieldsOpening {
  readonly segment: Segment
  /** Codec name of the `.fdt` header. */
  readonly codec: string
  readonly version: number
  readonly fdt: ByteSource
  /** Cursor over the head of the `.fdt` file, behind its header. */
  readonly head: ByteCursor
  readonly decompress: Decompress
  readonly signal: AbortSignal
}

/** What the module of a format finds. */
export interface OpenedChunks {
  readonly layout: ChunkLayout
  readonly index: ChunkIndex
}
