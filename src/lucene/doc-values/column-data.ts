import type { ByteOrder } from '../../core/byte-cursor.ts'
import type { ByteSource } from '../../core/byte-source.ts'

/** What opening a column needs of its segment: the verified body of the `.dvd` file and the number of documents. */
export interface ColumnData {
  readonly body: ByteSource
  readonly order: ByteOrder
  readonly maxDoc: number
}
