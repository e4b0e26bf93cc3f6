import { crc32 } from 'node:zlib'
import { ByteCursor } from '../core/byte-cursor.ts'
import { readAll } from '../core/byte-source.ts'
import { Failure } from '../core/failure.ts'
import {
  FOOTER_LENGTH,
  readCodecHeader,
  requireChecksum,
  requireVersion,
  verifyFooter,
} from '../codec/lucene-envelope.ts'
import type { Directory } from './directory.ts'
import { compareVersions, readVersion, type LuceneVersion } from './lucene-version.ts'
import { readCount, readStringMap, readStringSet, type CountForm } from './string-collections.ts'

/** More than any real commit: tens of thousands of segments with updated columns. */
const MAX_COMMIT_BYTES = 64 * 1024 * 1024
const NEWEST_FORMAT = 10

/** What a commit says about one of its segments. */
export interface SegmentCommit {
  /** Such as `_1a`; the first part of the names of its files. */
  readonly name: string
  /** 16 bytes; undefined when the segment was written before Lucene 5.0. */
  readonly id: Uint8Array | undefined
  /** Name of the codec that wrote it, for messages: files are read by their own headers. */
  readonly codec: string
  /** Generation of the file with hard deletes; -1 when there is none. */
  readonly delGen: number
  /** Documents that are deleted in that file. */
  readonly delCount: number
  /** Generation of the current field infos; -1 when they are the segment's first. */
  readonly fieldInfosGen: number
  /** Generation of the latest updated column; -1 when there is none. */
  readonly docValuesGen: number
  /** Documents that are soft-deleted but not hard-deleted; undefined before Lucene 7.4, which has no soft deletes. */
  readonly softDelCount: number | undefined
  /** Files of updated columns by field number (by generation for Lucene 4.6 to 4.8). */
  readonly docValuesFiles: ReadonlyMap<number, readonly string[]>
}

/** The segments that make up a shard at one moment. */
export interface Commit {
  readonly generation: number
  /** Version of the file's format, 0 to 10. */
  readonly format: number
  /** Release that wrote the commit; since Lucene 5.3. */
  readonly luceneVersion: LuceneVersion | undefined
  /** Major release of Lucene that created the index; since 7.0. */
  readonly indexCreatedMajor: number | undefined
  readonly segments: readonly SegmentCommit[]
  readonly userData: ReadonlyMap<string, string>
}

/**
 * Reads the newest `segments_N` of a shard. `BLOB_NOT_FOUND` when there is none; `BLOB_CORRUPT` when a checksum or count
 * does not fit; `FORMAT_UNSUPPORTED` for indices of Lucene 3.x and before.
 *
 * Source: Lucene `SegmentInfos`.
 */
export async function readCommit(directory: Directory, signal: AbortSignal): Promise<Commit> {
  const file = newestCommit(directory)
  const source = directory.open(file)
  return parseCommit(await readAll(source, MAX_COMMIT_BYTES, signal), source.name, commitGeneration(file)!)
}

function newestCommit(directory: Directory): string {
  let newest: string | undefined
  let highest = -1
  for (const file of directory.files) {
    const generation = commitGeneration(file)
    if (generation === undefined || generation <= highest) continue
    newest = file
    highest = generation
  }
  if (newest !== undefined) return newest
  throw new Failure('BLOB_NOT_FOUND', `no segments_N among its ${directory.files.size} files`, {
    op: 'read commit of',
    subject: directory.name,
    hint: 'The shard has no data in this snapshot, or the repository is damaged.',
  })
}

function commitGeneration(file: string): number | undefined {
  const match = /^segments_([0-9a-z]{1,10})$/.exec(file)
  return match === null ? undefined : Number.parseInt(match[1]!, 36)
}

/** {@link readCommit} for the bytes of a `segments_N` file. */
export function parseCommit(bytes: Uint8Array, subject: string, generation: number): Commit {
  const header = new ByteCursor(bytes, subject)
  if (bytes.length >= 4 && bytes[0] === 0xff && bytes[1] === 0xff) {
    throw header.unsupported(`written by Lucene 3.x or before (format ${new ByteCursor(bytes, subject).int32()})`)
  }
  const { codec, version: format } = readCodecHeader(header)
  const end = verifyCommit(bytes, subject, format)
  const cursor = new ByteCursor(bytes, subject, { offset: header.offset, end })
  if (codec !== 'segments') throw cursor.corrupt(`codec is '${codec}', expected 'segments'`, 0)
  requireVersion(cursor, { codec, version: format }, 0, NEWEST_FORMAT)
  if (format >= 4) {
    cursor.skip(16)
    const suffix = Buffer.from(cursor.take(cursor.uint8())).toString('latin1')
    if (suffix !== generation.toString(36)) throw cursor.corrupt(`header suffix is '${suffix}'`)
  }
  const luceneVersion = format >= 6 ? readVersion(cursor, 'vint') : undefined
  const indexCreatedMajor = format >= 7 ? cursor.vInt() : undefined
  cursor.int64()
  if (format >= 8) cursor.vLong()
  else cursor.int32()
  const count = readCount(cursor, 'int32', 'number of segments', 20)
  if (format >= 6 && count > 0) {
    const oldest = readVersion(cursor, 'vint')
    if (compareVersions(oldest, luceneVersion!) > 0) throw cursor.corrupt('oldest segment is newer than its commit')
  }
  const segments: SegmentCommit[] = []
  for (let index = 0; index < count; index++) segments.push(readSegment(cursor, format))
  if (new Set(segments.map((segment) => segment.name)).size !== count) throw cursor.corrupt('a segment is named twice')
  const userData = readStringMap(cursor, format >= 5 ? 'vint' : 'int32')
  cursor.expectEnd()
  return { generation, format, luceneVersion, indexCreatedMajor, segments, userData }
}

/** Verifies the checksum and returns where the body ends; before format 2 a bare checksum ends the file. */
function verifyCommit(bytes: Uint8Array, subject: string, format: number): number {
  if (format >= 2 || format < 0) {
    verifyFooter(bytes, subject)
    return bytes.length - FOOTER_LENGTH
  }
  const end = bytes.length - 8
  const cursor = new ByteCursor(bytes, subject, { offset: Math.max(0, end) })
  requireChecksum(crc32(bytes.subarray(0, Math.max(0, end))), cursor.length64('checksum'), subject)
  return end
}

function readSegment(cursor: ByteCursor, format: number): SegmentCommit {
  const form: CountForm = format >= 5 ? 'vint' : 'int32'
  const at = cursor.offset
  const name = cursor.string()
  if (!/^_[0-9a-z]+$/.test(name)) throw cursor.corrupt(`'${name}' is not the name of a segment`, at)
  const id = format >= 7 || (format >= 4 && readFlag(cursor, 'id flag')) ? cursor.take(16) : undefined
  const codec = cursor.string()
  if (codec === 'Lucene3x') throw cursor.unsupported(`segment ${name} was written by Lucene 3.x`)
  const delGen = readGeneration(cursor)
  const delCount = cursor.count32('number of deleted documents')
  if (delGen === -1 && delCount > 0) throw cursor.corrupt(`${delCount} deleted documents without a file of deletes`)
  const fieldInfosGen = format >= 1 ? readGeneration(cursor) : -1
  const docValuesGen = format >= 3 ? readGeneration(cursor) : fieldInfosGen
  const softDelCount = format >= 9 ? cursor.count32('number of soft-deleted documents') : undefined
  if (format >= 10 && readFlag(cursor, 'commit id flag')) cursor.skip(16)
  const docValuesFiles = new Map<number, readonly string[]>()
  if (format >= 3) {
    readStringSet(cursor, form)
    const count = readCount(cursor, 'int32', 'number of updated columns', 5)
    for (let index = 0; index < count; index++)
      docValuesFiles.set(cursor.count32('field number'), readStringSet(cursor, form))
  } else if (format >= 1) {
    const count = readCount(cursor, 'int32', 'number of generations', 12)
    for (let index = 0; index < count; index++) docValuesFiles.set(readGeneration(cursor), readStringSet(cursor, form))
  }
  return { name, id, codec, delGen, delCount, fieldInfosGen, docValuesGen, softDelCount, docValuesFiles }
}

function readFlag(cursor: ByteCursor, what: string): boolean {
  const flag = cursor.uint8()
  if (flag > 1) throw cursor.corrupt(`${what} is ${flag}`, cursor.offset - 1)
  return flag === 1
}

function readGeneration(cursor: ByteCursor): number {
  const at = cursor.offset
  const generation = Number(cursor.int64())
  if (generation < -1 || generation > Number.MAX_SAFE_INTEGER) throw cursor.corrupt(`generation is ${generation}`, at)
  return generation
}
