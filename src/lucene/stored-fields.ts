import { ByteCursor } from '../core/byte-cursor.ts'
import { memorySource, readAll, type ByteSource } from '../core/byte-source.ts'
import { Failure } from '../core/failure.ts'
import { loadZstd } from '../codec/zstd.ts'
import { FOOTER_LENGTH, footerChecksum } from '../codec/lucene-envelope.ts'
import * as compression from './chunk-compression.ts'
import { checkChunkIndex, type ChunkIndex } from './chunk-index.ts'
import { wholeFile, type EarlyRead } from './early-reads.ts'
import { bigEndianFormat, littleEndianFormat, readHeader, type FileFormat } from './metadata-file.ts'
import type { NumberForm, OpenedChunks, StoredFieldsOpening } from './stored-fields-opening.ts'
import type { Segment } from './segment.ts'
import { decodeStoredChunk, type ChunkLayout, type ChunkScratch, type StoredChunk } from './stored-chunk.ts'
import { openStoredFields41 } from './stored-fields-41.ts'
import { openStoredFields50 } from './stored-fields-50.ts'
import { openStoredFields90 } from './stored-fields-90.ts'

/** Longest header: magic, name, version, id, suffix; and the two numbers that may follow it. */
const HEAD_BYTES = 512
/** Longest tail: two numbers of nine bytes, and the footer. */
const TAIL_BYTES = FOOTER_LENGTH + 18
/** A file of documents up to this size is read as a whole: its head and its tail alone would be as many requests. */
const SMALL_BYTES = 64 * 1024

/** What {@link openStoredFields} reads of a segment, for `openSegment`. */
export const STORED_FIELDS_READS: readonly EarlyRead[] = [
  { part: '.fdt', ranges: (length) => (length <= SMALL_BYTES ? [[0, length]] : headAndTail(length)) },
  wholeFile('.fdm'),
  wholeFile('.fdx'),
]

function headAndTail(length: number): ReturnType<EarlyRead['ranges']> {
  return [
    [0, HEAD_BYTES],
    [length - TAIL_BYTES, length],
  ]
}

/** The stored fields of a segment: an index of chunks over the `.fdt` file, whose bytes the caller reads. */
export interface StoredFields {
  /** Codec name of the `.fdt` header, such as `Lucene90StoredFieldsFastData`. */
  readonly format: string
  readonly segment: Segment
  readonly numbers: NumberForm
  readonly chunkCount: number
  /** First document and offset of each chunk; chunk `k` is `[pointers[k], pointers[k + 1])` of `fdt`. */
  readonly index: ChunkIndex
  readonly layout: ChunkLayout
  readonly fdt: ByteSource
  /** The bytes before the first chunk, `[0, index.pointers[0])`. */
  readonly head: Uint8Array
  /** The bytes behind the last chunk, footer included; empty before Lucene 4.8. */
  readonly tail: Uint8Array
  /** CRC-32 of all bytes but the last eight, as the footer records it; undefined before Lucene 4.8. */
  readonly checksum: number | undefined
}

interface StoredFormat extends FileFormat {
  readonly numbers: NumberForm
  readonly decompress: () => compression.Decompress | Promise<compression.Decompress>
  readonly open: (opening: StoredFieldsOpening) => Promise<OpenedChunks>
}

const be = (oldest: number, newest: number, decompress: () => compression.Decompress): StoredFormat => ({
  ...bigEndianFormat(oldest, newest),
  numbers: 'big',
  decompress,
  open: openStoredFields50,
})
const le = (decompress: StoredFormat['decompress']): StoredFormat => ({
  ...littleEndianFormat(1, 1),
  numbers: 'little',
  decompress,
  open: openStoredFields90,
})
const withZstd = (decompress: compression.Decompress) => async (): Promise<compression.Decompress> => {
  await loadZstd()
  return decompress
}
const lz4 = (): compression.Decompress => compression.lz4
const deflate = (): compression.Decompress => compression.deflate
const deflateWithDictionary = (): compression.Decompress => compression.deflateWithDictionary

/** Formats by the codec name of the `.fdt` header. */
const FORMATS: Readonly<Record<string, StoredFormat>> = {
  Lucene41StoredFieldsData: {
    ...{ oldest: 0, newest: 2, header: 'plain', footerSince: 2, order: 'big', numbers: 'fixed' },
    decompress: lz4,
    open: openStoredFields41,
  },
  Lucene50StoredFieldsFastData: be(0, 2, lz4),
  Lucene50StoredFieldsHighData: be(0, 2, deflate),
  Lucene87StoredFieldsFastData: be(3, 4, compression.lz4WithDictionary),
  Lucene87StoredFieldsHighData: be(3, 4, deflateWithDictionary),
  Lucene90StoredFieldsFastData: le(compression.lz4WithDictionary),
  Lucene90StoredFieldsHighData: le(deflateWithDictionary),
  ZstdStoredFields814: le(withZstd(compression.zstd)),
  CustomStoredFieldsZstd: le(withZstd(compression.zstdWithDictionary)),
  CustomStoredFieldsZstdNoDict: le(withZstd(compression.zstdBlocks)),
}

/**
 * Opens the stored fields of a segment: reads the index of chunks, the head and the tail of the `.fdt` file, and checks them
 * against each other. The chunks themselves are read by the caller, which also verifies `checksum` when it reads them all.
 * `BLOB_CORRUPT` when a check fails; `FORMAT_UNSUPPORTED` for unknown formats and hardware-compressed (QAT) ones.
 */
export async function openStoredFields(segment: Segment, signal: AbortSignal): Promise<StoredFields> {
  const file = segment.file('.fdt')
  const fdt = file.length > SMALL_BYTES ? file : memorySource(file.name, await readAll(file, SMALL_BYTES, signal))
  const start = await fdt.read(0, Math.min(HEAD_BYTES, fdt.length), signal)
  const head = new ByteCursor(start, fdt.name)
  const { codec, version, format } = readFormat(head, segment)
  const decompress = await format.decompress()
  const { layout, index } = await format.open({ segment, codec, version, fdt, head, decompress, signal })

  const dataStart = head.offset
  const chunkCount = index.docBases.length - 1
  checkChunkIndex(index, dataStart, segment.maxDoc, fdt.name)
  const dataEnd = index.pointers[chunkCount]!
  const footerLength = version >= format.footerSince ? FOOTER_LENGTH : 0
  const tailLength = fdt.length - dataEnd
  // Behind the chunks come the footer and, in some versions, two variable-length counts.
  if (tailLength < footerLength || tailLength > footerLength + TAIL_BYTES - FOOTER_LENGTH) {
    throw corrupt(fdt, `chunks end at byte ${dataEnd} of ${fdt.length}`)
  }
  const tail = tailLength === 0 ? new Uint8Array(0) : await fdt.read(dataEnd, fdt.length, signal)
  checkTail(codec, version, tail.subarray(0, tailLength - footerLength), fdt)
  const checksum =
    footerLength === 0 ? undefined : footerChecksum(tail.subarray(tailLength - footerLength), fdt.name, fdt.length)
  return {
    format: codec,
    segment,
    numbers: format.numbers,
    chunkCount,
    index,
    layout,
    fdt,
    head: start.subarray(0, dataStart),
    tail,
    checksum,
  }
}

/** {@link decodeStoredChunk} for chunk `chunk` of opened stored fields; `raw` is exactly the bytes of the chunk. */
export function decodeChunk(stored: StoredFields, raw: Uint8Array, chunk: number, scratch?: ChunkScratch): StoredChunk {
  return decodeStoredChunk(stored.layout, stored.index, raw, chunk, stored.fdt.name, scratch)
}

function readFormat(head: ByteCursor, segment: Segment): { codec: string; version: number; format: StoredFormat } {
  const probe = new ByteCursor(head.bytes, head.subject, { offset: 4 })
  const name = head.bytes.length > 5 ? probe.string() : ''
  if (name.startsWith('QatStoredFields')) {
    const mode = segment.attributes.get([...segment.attributes.keys()].find((key) => key.includes('QatStored')) ?? '')
    throw head.unsupported(`stored fields are compressed by QAT hardware (${mode ?? name})`)
  }
  if (name.startsWith('Lucene40StoredFields')) throw head.unsupported('stored fields of Lucene 4.0')
  const { codec, version } = readHeader(head, FORMATS, { id: segment.id, suffix: '' })
  return { codec, version, format: FORMATS[codec]! }
}

/** Lucene 5.1 to 8.6 count chunks and incomplete chunks between the last chunk and the footer. */
function checkTail(codec: string, version: number, tail: Uint8Array, fdt: ByteSource): void {
  const cursor = new ByteCursor(tail, fdt.name, { base: fdt.length - FOOTER_LENGTH - tail.length })
  if (codec.startsWith('Lucene50') && version >= 1) {
    const chunks = cursor.vLength('number of chunks')
    const dirty = cursor.vLength('number of dirty chunks')
    if (dirty > chunks) throw cursor.corrupt(`${dirty} dirty chunks of ${chunks}`)
  }
  cursor.expectEnd()
}

function corrupt(fdt: ByteSource, detail: string): Failure {
  return new Failure('BLOB_CORRUPT', detail, { op: 'decode', subject: fdt.name })
}
