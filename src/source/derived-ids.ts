import { murmur3High64 } from '../codec/murmur3-128.ts'
import { Failure } from '../core/failure.ts'
import type { Column, BytesWindow, NumberWindow } from '../lucene/doc-values/column.ts'
import { decodeUid } from '../lucene/uid.ts'
import type { SegmentSource } from './segment-source.ts'

const TSID = '_tsid'
const TIMESTAMP = '@timestamp'
const ROUTING_HASH = '_ts_routing_hash'
/** Attribute of the field `_id` in indices whose identifiers are stored in no form at all. */
const NEVER_STORED = 'SyntheticIdField.enabled'
const MAX_INT64 = 2n ** 63n - 1n

/** Makes the identifiers of a time-series index, which need not be stored, from the columns of a window of documents. */
export interface DerivedIds {
  /** Loads the documents `[from, to)`. */
  load(from: number, to: number, signal: AbortSignal): Promise<void>
  /** True when the document is one of a time series: it has an identifier, stored or not. */
  has(doc: number): boolean
  /** The `_id` as the server shows it. `FORMAT_UNSUPPORTED` when the columns do not tell it, `BLOB_CORRUPT` when they disagree. */
  id(doc: number): string
}

/**
 * Opens the columns that identifiers of a time-series segment are made of; undefined for other segments.
 *
 * ```
 * stored or pruned: base64url(i32.le routing hash, i64.le murmur3(_tsid), i64.be timestamp)
 * never stored:     decodeUid(_tsid, i64.be 2^63-1 - timestamp, i32.be routing hash)
 * routing hash:     base64url text of i32.le
 * ```
 *
 * Source: Elasticsearch `TsidExtractingIdFieldMapper`, `TimeSeriesRoutingHashFieldMapper`.
 */
export async function openDerivedIds(
  { segment, columns }: SegmentSource,
  signal: AbortSignal,
): Promise<DerivedIds | undefined> {
  const { byName } = segment.fields
  const open = async (name: string): Promise<Column | undefined> => {
    const field = byName.get(name)
    return field === undefined || field.docValuesType === 'none' ? undefined : columns.open(field, signal)
  }
  const tsid = await open(TSID)
  if (tsid === undefined) return undefined
  const neverStored = byName.get('_id')?.attributes.get(NEVER_STORED) === 'true'
  const subject = `segment ${segment.name}`
  return new ColumnIds(tsid, await open(TIMESTAMP), await open(ROUTING_HASH), neverStored, subject)
}

type Window = NumberWindow | BytesWindow

const NO_VALUES: Window = { starts: new Int32Array(1), values: [] }

class ColumnIds implements DerivedIds {
  readonly #columns: readonly [Column, Column | undefined, Column | undefined]
  readonly #neverStored: boolean
  readonly #subject: string
  #windows: readonly [Window, Window, Window] = [NO_VALUES, NO_VALUES, NO_VALUES]
  #base = 0
  /** Documents of one series lie together, so its hash is mostly that of the document before. */
  #hashed: { readonly tsid: Uint8Array; readonly hash: bigint } | undefined

  constructor(
    tsid: Column,
    timestamp: Column | undefined,
    routingHash: Column | undefined,
    neverStored: boolean,
    subject: string,
  ) {
    this.#columns = [tsid, timestamp, routingHash]
    this.#neverStored = neverStored
    this.#subject = subject
  }

  async load(from: number, to: number, signal: AbortSignal): Promise<void> {
    const [tsid, timestamp, routingHash] = this.#columns
    const none: Window = { starts: new Int32Array(to - from + 1), values: [] }
    this.#base = from
    this.#windows = [
      await tsid.window(from, to, signal),
      (await timestamp?.window(from, to, signal)) ?? none,
      (await routingHash?.window(from, to, signal)) ?? none,
    ]
  }

  has(doc: number): boolean {
    return this.#value(0, doc) !== undefined
  }

  id(doc: number): string {
    const [tsid, timestamp, routing] = [this.#value(0, doc), this.#value(1, doc), this.#value(2, doc)]
    if (routing === undefined) {
      throw new Failure(
        'FORMAT_UNSUPPORTED',
        `document ${doc} stores no id, and has no '${ROUTING_HASH}' to make it of`,
        {
          op: 'read',
          subject: this.#subject,
          hint: 'Leave this time-series index out with a -pattern, or reindex it on the source first.',
        },
      )
    }
    if (!(tsid instanceof Uint8Array) || typeof timestamp !== 'bigint' || !(routing instanceof Uint8Array)) {
      throw this.#corrupt(doc, `columns '${TSID}' and '${TIMESTAMP}' hold no series and time`)
    }
    const hash = Buffer.from(decodeUid(routing, 0, routing.length, `'${ROUTING_HASH}'`), 'base64url')
    if (hash.length !== 4) throw this.#corrupt(doc, `'${ROUTING_HASH}' has ${hash.length} bytes instead of 4`)
    if (this.#neverStored) {
      const uid = Buffer.alloc(tsid.length + 12)
      uid.set(tsid)
      uid.writeBigInt64BE(MAX_INT64 - timestamp, tsid.length)
      uid.writeInt32BE(hash.readInt32LE(0), tsid.length + 8)
      return decodeUid(uid, 0, uid.length, '_id')
    }
    const id = Buffer.alloc(20)
    id.set(hash)
    id.writeBigUInt64LE(this.#hashOf(tsid), 4)
    id.writeBigInt64BE(timestamp, 12)
    return id.toString('base64url')
  }

  #hashOf(tsid: Uint8Array): bigint {
    if (this.#hashed === undefined || Buffer.compare(this.#hashed.tsid, tsid) !== 0) {
      this.#hashed = { tsid: Uint8Array.from(tsid), hash: murmur3High64(tsid) }
    }
    return this.#hashed.hash
  }

  #value(column: 0 | 1 | 2, doc: number): bigint | Uint8Array | undefined {
    const { starts, values } = this.#windows[column]
    const at = doc - this.#base
    return starts[at] === starts[at + 1] ? undefined : values[starts[at]!]
  }

  #corrupt(doc: number, detail: string): Failure {
    return new Failure('BLOB_CORRUPT', `document ${doc}: ${detail}`, { op: 'decode', subject: this.#subject })
  }
}
