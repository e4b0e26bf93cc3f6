import { addToGroup } from '../core/groups.ts'
import { Failure } from '../core/failure.ts'
import { readCommit } from '../lucene/commit.ts'
import type { Directory } from '../lucene/directory.ts'
import type { DocumentBatch } from './document-batch.ts'
import { openSegments } from './open-segments.ts'
import { readDocuments } from './read-documents.ts'
import type { SegmentSource } from './segment-source.ts'

/** More than this in one shard are no accident, and too many to be listed. */
const MAX_DUPLICATES = 1_000_000
const BITS_PER_DOCUMENT = 32
const MIN_BITS = 2 ** 16
/** 256 MiB, which is enough for some 100 million documents. */
const MAX_BITS = 2 ** 31
const PROBES = 4

/**
 * Finds the documents of a shard whose id another, earlier document of the shard has: possible only while an index has several
 * mapping types, each with ids of its own. Earlier means an earlier segment of the commit, or a lower number in the same one,
 * so the answer for one snapshot is always the same. By segment name, document numbers in ascending order.
 *
 * Reads the shard once, and again if ids seem to repeat; memory is some 4 bytes a document. `FORMAT_UNSUPPORTED` for more than
 * a million, else codes as `readDocuments`.
 */
export async function findDuplicateIds(
  directory: Directory,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const commit = await readCommit(directory, signal)
  const sources: SegmentSource[] = []
  for await (const source of openSegments(directory, commit, signal)) sources.push(source)

  const filter = new SeenFilter(sources.reduce((total, { live }) => total + live.count, 0))
  const suspects = new Set<string>()
  await forEachDocument(sources, signal, (_segment, batch, place) => {
    const id = batch.id(place)
    if (filter.add(id)) suspects.add(id)
  })

  const duplicates = new Map<string, number[]>()
  if (suspects.size === 0) return duplicates
  const seen = new Set<string>()
  let count = 0
  await forEachDocument(sources, signal, (segment, batch, place) => {
    const id = batch.id(place)
    if (!suspects.has(id)) return
    if (!seen.has(id)) {
      seen.add(id)
      return
    }
    if (++count > MAX_DUPLICATES) throw tooMany(directory)
    addToGroup(duplicates, segment, batch.doc(place))
  })
  return duplicates
}

async function forEachDocument(
  sources: readonly SegmentSource[],
  signal: AbortSignal,
  visit: (segment: string, batch: DocumentBatch, place: number) => void,
): Promise<void> {
  for (const source of sources) {
    const whole = { firstChunk: 0, endChunk: source.stored.chunkCount }
    for await (const batch of readDocuments(source, whole, undefined, {}, signal)) {
      for (let place = 0; place < batch.count; place++) visit(source.segment.name, batch, place)
    }
  }
}

/** A set of texts that may take one it has not got for one it has, never the other way round (a Bloom filter). */
class SeenFilter {
  readonly #bits: Uint32Array
  readonly #mask: number

  constructor(expected: number) {
    const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, expected * BITS_PER_DOCUMENT)))
    const bits = Math.min(MAX_BITS, Math.max(MIN_BITS, wanted))
    this.#bits = new Uint32Array(bits / 32)
    this.#mask = bits - 1
  }

  /** Adds a text; true when it seems to be in already. */
  add(text: string): boolean {
    let one = 0x811c9dc5
    let two = 0x9747b28c
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      one = Math.imul(one ^ unit, 0x01000193)
      two = Math.imul(two ^ unit, 0x5bd1e995)
      two ^= two >>> 13
    }
    one ^= one >>> 16
    two |= 1
    let known = true
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = (one + Math.imul(probe, two)) & this.#mask
      const word = bit >>> 5
      const flag = 1 << (bit & 31)
      if ((this.#bits[word]! & flag) === 0) known = false
      this.#bits[word]! |= flag
    }
    return known
  }
}

function tooMany(directory: Directory): Failure {
  return new Failure('FORMAT_UNSUPPORTED', `more than ${MAX_DUPLICATES} ids occur under several mapping types`, {
    op: 'compare ids of',
    subject: directory.name,
    hint: 'An index without types cannot hold them; reindex each type into an index of its own on the source first.',
  })
}
