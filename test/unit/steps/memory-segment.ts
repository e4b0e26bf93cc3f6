import { segmentColumns } from '../../../src/lucene/doc-values/segment-columns.ts'
import { crc32 } from 'node:zlib'
import { memorySource } from '../../../src/core/byte-source.ts'
import type { FieldInfo } from '../../../src/lucene/field-infos.ts'
import type { SegmentSource } from '../../../src/source/segment-source.ts'
import { encodeUid } from '../../../src/lucene/uid.ts'
import { LuceneBytes } from '../lucene/lucene-bytes.ts'

/** A document of {@link memorySegment}. */
export interface MemoryDocument {
  readonly id: string
  readonly source: string | Uint8Array | undefined
  readonly routing?: string
  /** Stored as `type#id`, as indices created before 6.0 do. */
  readonly type?: string
  readonly deleted?: boolean
}

const FIELDS = ['_source', '_id', '_routing', '_uid']

/** A segment of the given chunks whose stored fields are not compressed, and the CRC-32 of all chunks. */
export function memorySegment(chunks: readonly (readonly MemoryDocument[])[]): {
  readonly source: SegmentSource
  readonly checksum: number
} {
  const head = Uint8Array.of(1, 2, 3)
  const parts: Uint8Array[] = [head]
  const docBases = [0]
  const pointers = [head.length]
  for (const documents of chunks) {
    const chunk = encodeChunk(docBases.at(-1)!, documents)
    parts.push(chunk)
    docBases.push(docBases.at(-1)! + documents.length)
    pointers.push(pointers.at(-1)! + chunk.length)
  }
  const bytes = new Uint8Array(Buffer.concat(parts))
  const all = chunks.flat()
  const byNumber = new Map(FIELDS.map((name, number) => [number, fieldInfo(name, number)]))
  const segment = {
    name: '_0',
    id: undefined,
    codec: 'Memory',
    luceneVersion: [8, 7, 0] as const,
    maxDoc: all.length,
    isCompound: false,
    attributes: new Map<string, string>(),
    sortFields: [],
    fields: {
      byNumber,
      byName: new Map([...byNumber.values()].map((field) => [field.name, field])),
      maxNumber: FIELDS.length - 1,
    },
    commit: { name: '_0' } as SegmentSource['segment']['commit'], // Not looked at when documents are read.
    file: () => memorySource('none', new Uint8Array(0)),
    hasFile: () => false,
  }
  const live = all.filter((document) => document.deleted !== true).length
  return {
    checksum: crc32(bytes.subarray(head.length)),
    source: {
      segment,
      columns: segmentColumns(segment),
      live: {
        count: live,
        hardDeleted: all.length - live,
        softDeleted: 0,
        bits: undefined,
        isLive: (doc) => all[doc]!.deleted !== true,
      },
      stored: {
        format: 'Memory',
        segment,
        numbers: 'big',
        chunkCount: chunks.length,
        index: { docBases: Int32Array.from(docBases), pointers: Float64Array.from(pointers) },
        layout: {
          flagBits: 0,
          chunkSize: 0,
          readLengths: (cursor, count, output) => {
            for (let n = 0; n < count; n++) output[n] = cursor.vInt()
          },
          decompress: (input, output, start, end) => output.set(input.take(end - start), start),
        },
        fdt: memorySource('_0.fdt', bytes),
        head,
        tail: new Uint8Array(0),
        checksum: undefined,
      },
    },
  }
}

function encodeChunk(docBase: number, documents: readonly MemoryDocument[]): Uint8Array {
  const encoded = documents.map(encodeDocument)
  const chunk = new LuceneBytes().vInt(docBase).vInt(documents.length)
  for (const { fields } of encoded) chunk.vInt(fields)
  for (const { bytes } of encoded) chunk.vInt(bytes.length)
  return new Uint8Array(Buffer.concat([chunk.bytes(), ...encoded.map(({ bytes }) => bytes)]))
}

function encodeDocument({ id, source, routing, type }: MemoryDocument): { fields: number; bytes: Uint8Array } {
  const parts: Uint8Array[] = []
  const add = (field: number, kind: number, value: Uint8Array): void => {
    parts.push(
      new LuceneBytes()
        .vInt((field << 3) | kind)
        .vInt(value.length)
        .bytes(),
      value,
    )
  }
  if (source !== undefined) add(0, 1, typeof source === 'string' ? Buffer.from(source) : source)
  if (type === undefined) add(1, 1, encodeUid(id))
  else add(3, 0, Buffer.from(`${type}#${id}`))
  if (routing !== undefined) add(2, 0, Buffer.from(routing))
  return { fields: parts.length / 2, bytes: new Uint8Array(Buffer.concat(parts)) }
}

function fieldInfo(name: string, number: number): FieldInfo {
  return {
    name,
    number,
    docValuesType: 'none',
    docValuesGen: -1,
    isSoftDeletes: false,
    indexOptions: 0,
    hasTermVectors: false,
    hasSkipIndex: false,
    vectorDimension: 0,
    attributes: new Map(),
  }
}
