import type { BlobStore } from '../blob/blob-store.ts'
import { inflateRawUnknown } from '../codec/deflate.ts'
import type { JsonValue } from '../codec/json-value.ts'
import { FOOTER_LENGTH, readCodecHeader, requireVersion, verifyFooter } from '../codec/lucene-envelope.ts'
import { lzfDecode } from '../codec/lzf.ts'
import { decodeSmile } from '../codec/smile.ts'
import { loadZstd, zstdDecodeUnknown } from '../codec/zstd.ts'
import { ByteCursor } from '../core/byte-cursor.ts'
import { Failure } from '../core/failure.ts'
import { parseJsonBlob } from './json-text.ts'

/** Codec names in the headers of metadata blobs. */
export type MetadataCodec = 'snapshot' | 'metadata' | 'index-metadata' | 'snapshots'

/** Metadata that inflates to more than this is taken for damage, in bytes. */
const MAX_METADATA_BYTES = 1 << 29
const LUCENE_MAGIC = [0x3f, 0xd7, 0x6c, 0x17]
const FOOTER_MAGIC = [0xc0, 0x28, 0x93, 0xe8]
const DEFLATE_MARK = [0x44, 0x46, 0x4c, 0x00]
const ZSTD_MARK = [0x5a, 0x53, 0x54, 0x44, 0x00]
const SMILE_MARK = [0x3a, 0x29, 0x0a]
const LZF_MARK = [0x5a, 0x56]
const JSON_MARK = [0x7b]

/** Reads and decodes one metadata blob; failure codes of {@link BlobStore} and {@link decodeMetadataBlob}. */
export async function readMetadataBlob(
  store: BlobStore,
  key: string,
  codec: MetadataCodec,
  signal: AbortSignal,
): Promise<JsonValue> {
  const bytes = await store.read(key, { start: 0 }, signal)
  return decodeMetadataBlob(bytes, `${store.uri}/${key}`, codec)
}

/**
 * Decodes a metadata blob of any generation: since 2.x a Lucene header, a body and a footer, before that the bare body.
 * The body is SMILE or JSON, perhaps wrapped in DEFLATE, zstd or LZF; only its first bytes say which. `BLOB_CORRUPT` when
 * it is damaged or another kind of blob, `FORMAT_UNSUPPORTED` for a newer version, an unknown body, or an encrypted blob.
 *
 * Source: Elasticsearch and OpenSearch `ChecksumBlobStoreFormat`.
 */
export async function decodeMetadataBlob(bytes: Uint8Array, subject: string, codec: MetadataCodec): Promise<JsonValue> {
  if (startsWith(bytes, JSON_MARK) || startsWith(bytes, LZF_MARK)) return decodeMetadataBody(bytes, subject, 0)
  requireLuceneBlob(bytes, subject)
  verifyFooter(bytes, subject)
  const cursor = new ByteCursor(bytes, subject, { end: bytes.length - FOOTER_LENGTH })
  const header = readCodecHeader(cursor)
  if (header.codec !== codec) throw cursor.corrupt(`a blob of kind '${header.codec}' where '${codec}' should be`, 4)
  requireVersion(cursor, header, 1, 1)
  return decodeMetadataBody(bytes.subarray(cursor.offset, cursor.end), subject, cursor.offset)
}

/** Decodes the body of a metadata blob, or a value inside one that is stored compressed; `offset` is its place, for messages. */
export async function decodeMetadataBody(body: Uint8Array, subject: string, offset: number): Promise<JsonValue> {
  if (startsWith(body, ZSTD_MARK)) {
    await loadZstd()
    return decodePlainBody(zstdDecodeUnknown(body.subarray(5), MAX_METADATA_BYTES, subject), subject, offset)
  }
  return decodePackedBody(body, subject, offset)
}

/** As {@link decodeMetadataBody} without zstd, which only whole blobs use. */
export function decodePackedBody(body: Uint8Array, subject: string, offset: number): JsonValue {
  if (startsWith(body, DEFLATE_MARK)) {
    return decodePlainBody(inflateRawUnknown(body.subarray(4), MAX_METADATA_BYTES, subject), subject, offset)
  }
  if (startsWith(body, LZF_MARK)) return decodePlainBody(lzfDecode(body, MAX_METADATA_BYTES, subject), subject, offset)
  return decodePlainBody(body, subject, offset)
}

/** True for bytes that begin like a compressed or plain body, as mappings and filters stored in binary form do. */
export function looksLikeBody(bytes: Uint8Array): boolean {
  return [DEFLATE_MARK, LZF_MARK, SMILE_MARK, JSON_MARK].some((mark) => startsWith(bytes, mark))
}

function decodePlainBody(body: Uint8Array, subject: string, offset: number): JsonValue {
  if (startsWith(body, SMILE_MARK)) return decodeSmile(body, subject)
  if (startsWith(body, JSON_MARK)) return parseJsonBlob(body, subject)
  const first = Buffer.from(body.subarray(0, 8)).toString('hex')
  throw new Failure('FORMAT_UNSUPPORTED', `the body at byte ${offset} begins with 0x${first}, no known encoding`, {
    op: 'decode',
    subject,
    hint: 'See docs/compatibility.md; a newer release may read it.',
  })
}

/** Tells a blob that was never a Lucene file (encrypted, or of something else) from a damaged one. */
function requireLuceneBlob(bytes: Uint8Array, subject: string): void {
  const footer = bytes.subarray(Math.max(0, bytes.length - FOOTER_LENGTH))
  if (bytes.length <= FOOTER_LENGTH || startsWith(bytes, LUCENE_MAGIC) || startsWith(footer, FOOTER_MAGIC)) return
  throw new Failure('FORMAT_UNSUPPORTED', 'has neither the header nor the footer of a metadata blob at byte 0', {
    op: 'decode',
    subject,
    hint: 'The repository is encrypted by the client that wrote it, or the file is not its own: take a snapshot into an unencrypted repository.',
  })
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return bytes.length >= mark.length && mark.every((byte, index) => bytes[index] === byte)
}
