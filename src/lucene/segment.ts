import type { ByteSource } from '../core/byte-source.ts'
import { regionSource } from '../core/byte-source.ts'
import type { SegmentCommit } from './commit.ts'
import { openCompound } from './compound-file.ts'
import type { Directory } from './directory.ts'
import { readEarly, wholeFile, type EarlyRead } from './early-reads.ts'
import { readFieldInfos, type FieldInfos } from './field-infos.ts'
import type { SortField } from './index-sort.ts'
import type { LuceneVersion } from './lucene-version.ts'
import { readSegmentInfo } from './segment-info.ts'

/** An open segment: what its metadata says, and its files by name. */
export interface Segment {
  readonly name: string
  /** 16 bytes; undefined when the segment was written before Lucene 5.0. */
  readonly id: Uint8Array | undefined
  /** Name of the codec that wrote it, for messages only. */
  readonly codec: string
  readonly luceneVersion: LuceneVersion
  /** Number of documents, deleted ones included. */
  readonly maxDoc: number
  readonly isCompound: boolean
  readonly attributes: ReadonlyMap<string, string>
  readonly sortFields: readonly SortField[]
  /** The current generation of the fields. */
  readonly fields: FieldInfos
  readonly commit: SegmentCommit
  /**
   * A file by the part of its name after the segment's: `.fdt`, `_Lucene80_0.dvd`, `_3.liv`; from the compound file when it
   * is in there. Throws `BLOB_NOT_FOUND` when there is none.
   */
  file(part: string): ByteSource
  hasFile(part: string): boolean
}

/**
 * Opens one segment of a commit: reads `.si`, the directory of its compound file and the current field infos, each checked
 * against the segment's id. Codec names are not looked at: every file is read by its own header, so the wrapping codecs of
 * Elasticsearch and plugins need no names here.
 *
 * @param wanted what the caller will read next if there are live documents; it is under way together with what is read here.
 */
export async function openSegment(
  directory: Directory,
  commit: SegmentCommit,
  signal: AbortSignal,
  wanted: readonly EarlyRead[] = [],
): Promise<Segment> {
  const { name, id, codec } = commit
  const info = await readSegmentInfo(directory.open(`${name}.si`), commit, signal)
  const compound = info.isCompound ? await openCompound(directory, commit, signal) : undefined
  const plainFile = (part: string): ByteSource => {
    const entry = compound?.entries.get(part)
    if (entry === undefined || compound === undefined) return directory.open(name + part)
    return regionSource(compound.data, `${name}${part} in ${compound.data.name}`, entry.offset, entry.length)
  }
  const hasFile = (part: string): boolean => compound?.entries.has(part) === true || directory.files.has(name + part)

  const suffix = commit.fieldInfosGen === -1 ? '' : commit.fieldInfosGen.toString(36)
  const fieldInfos = suffix === '' ? '.fnm' : `_${suffix}.fnm`
  const early = new Map<string, ByteSource>()
  // What is read is to be verified, and of a segment without live documents the caller may want nothing.
  const anyLive = commit.delCount + (commit.softDelCount ?? 0) < info.maxDoc
  for (const { part, ranges } of [wholeFile(fieldInfos), ...deletesOf(commit), ...(anyLive ? wanted : [])]) {
    if (!hasFile(part)) continue
    const source = plainFile(part)
    early.set(part, readEarly(source, ranges(source.length), signal))
  }
  const file = (part: string): ByteSource => early.get(part) ?? plainFile(part)
  const fields = await readFieldInfos(file(fieldInfos), id, suffix, signal)
  return { name, id, codec, ...info, fields, commit, file, hasFile }
}

/** The file of hard deletes, and what describes updated columns: servers update none but the marks of soft deletes. */
function deletesOf({ name, delGen, docValuesFiles }: SegmentCommit): readonly EarlyRead[] {
  const updates = [...docValuesFiles.values()].flat()
  const columns = updates.filter((file) => file.endsWith('.dvm')).map((file) => file.slice(name.length))
  const hard = delGen === -1 ? [] : [`_${delGen.toString(36)}.liv`]
  return [...hard, ...columns].map(wholeFile)
}
