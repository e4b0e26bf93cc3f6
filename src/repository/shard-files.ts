import type { JsonValue } from '../codec/json-value.ts'
import { MetadataFields } from './metadata-fields.ts'

/** One Lucene file of a shard snapshot and where its bytes are. */
export interface ShardFile {
  /** Name that Lucene knows: `_0.cfs`, `segments_3`. */
  readonly physicalName: string
  /** Bytes. */
  readonly length: number
  /** CRC-32 that the footer of the file must hold; undefined for files of Lucene before 4.8, whose length alone can be checked. */
  readonly checksum: number | undefined
  /** Blob in the shard folder; virtual (`v__…`, no blob) when `inline` is the only copy. */
  readonly blobName: string
  /** Bytes of each part but the last; undefined when the file is one blob. */
  readonly partSize: number | undefined
  /** The whole content, when the metadata carries it. */
  readonly inline: Uint8Array | undefined
}

/** The content of a shard's `snap-*.dat`. */
export interface ShardFiles {
  readonly files: readonly ShardFile[]
  /** Sum of the lengths in bytes. */
  readonly totalBytes: number
}

/**
 * Reads the parsed blob of a shard snapshot. `BLOB_CORRUPT` when a mandatory member is missing, a name repeats, a name
 * would lead out of the shard folder, or a virtual file does not carry its content. The recorded `number_of_files` and
 * `total_size` are not used: they count only what the snapshot added.
 *
 * Source: Elasticsearch `BlobStoreIndexShardSnapshot.fromXContent`, `FileInfo.fromXContent`.
 */
export function parseShardFiles(json: JsonValue, subject: string): ShardFiles {
  const root = new MetadataFields(json, subject)
  root.list('files')
  const names = new Set<string>()
  let totalBytes = 0
  const files = root.objects('files').map((fields) => {
    const file = shardFile(fields)
    if (names.has(file.physicalName)) throw fields.corrupt(`file ${file.physicalName} is listed twice`)
    names.add(file.physicalName)
    totalBytes += file.length
    return file
  })
  return { files, totalBytes }
}

/** CRC-32 from the text form of a file list, base 36 in lower case; undefined for anything else. */
export function checksumOfBase36(text: string): number | undefined {
  if (!/^[0-9a-z]{1,7}$/.test(text)) return undefined
  const value = Number.parseInt(text, 36)
  return value <= 0xffffffff ? value : undefined
}

function shardFile(fields: MetadataFields): ShardFile {
  const physicalName = fields.string('physical_name')
  const blobName = fields.string('name')
  const length = fields.count('length')
  const virtual = blobName.startsWith('v__')
  if (!/^v?__[^/\0]+$/.test(blobName)) throw fields.corrupt(`blob name ${JSON.stringify(blobName)} of ${physicalName}`)
  const hash = contentHash(fields)
  if (virtual && hash?.length !== length) {
    throw fields.corrupt(`${physicalName} is ${length} bytes long, its metadata carries ${hash?.length ?? 'none'}`)
  }
  return {
    physicalName,
    length,
    checksum: checksum(fields, physicalName),
    blobName,
    partSize: virtual ? undefined : partSize(fields, length),
    inline: hash?.length === length ? hash : undefined,
  }
}

/** Raw bytes in SMILE, base64 in JSON. */
function contentHash(fields: MetadataFields): Uint8Array | undefined {
  const value = fields.get('meta_hash')
  if (value === undefined || value instanceof Uint8Array) return value
  if (typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) return Buffer.from(value, 'base64')
  throw fields.corrupt(`meta_hash of ${fields.string('physical_name')} is neither bytes nor base64`)
}

/** Files older than Lucene 4.8 have an Adler-32 sum under the same name, which no footer repeats. */
function checksum(fields: MetadataFields, physicalName: string): number | undefined {
  const text = fields.optionalString('checksum')
  const writtenBy = /^(\d{1,3})\.(\d{1,3})/.exec(fields.optionalString('written_by') ?? '')
  if (text === undefined || writtenBy === null) return undefined
  const [major, minor] = [Number(writtenBy[1]), Number(writtenBy[2])]
  if (major < 4 || (major === 4 && minor < 8)) return undefined
  const value = checksumOfBase36(text)
  if (value === undefined) throw fields.corrupt(`checksum ${JSON.stringify(text)} of ${physicalName} is not base 36`)
  return value
}

/** A size no shorter than the file, such as 2^63 - 1, means "never split". */
function partSize(fields: MetadataFields, length: number): number | undefined {
  const value = fields.get('part_size')
  if (value === undefined) return undefined
  if (typeof value !== 'number' && typeof value !== 'bigint') throw fields.corrupt('part_size is not a number')
  if (value <= 0) throw fields.corrupt(`part_size is ${value.toString()}`)
  if (value >= length) return undefined
  return Number(value)
}
