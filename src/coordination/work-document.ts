import { crc32 } from 'node:zlib'
import { itemId } from './work-item.ts'
import {
  NO_COUNTS,
  type RebuiltSources,
  type SlicePosition,
  type SliceRef,
  type WorkCounts,
  type WorkItem,
} from './work-store.ts'

/** A work item as a document of the work index. */
export interface WorkDocument {
  /** Restore Documents step that it belongs to. */
  readonly step: string
  /** {@link WorkItem.id} */
  readonly item: string
  /** Where it stands in the row of items: slices of a segment follow each other, segments lie in no order. Below 2^51. */
  readonly place: number
  readonly state: WorkItem['state']
  readonly slice: SliceRef
  /** As in the slice, to be summed. */
  readonly bytes: number
  readonly counts: WorkCounts
  readonly position?: SlicePosition
  readonly checksum?: number
  readonly rebuilt?: RebuiltSources
  readonly failures: number
  /** Why the last attempt failed. */
  readonly reason?: string
  /** Process and worker that hold it; absent unless it is leased. */
  readonly owner?: string
  /** True when its holder has recorded a position. */
  readonly progressed?: boolean
  /** Unique for each write, so that a writer knows its own write again whose answer was lost. */
  readonly write: string
}

const unindexed = { type: 'keyword', index: false, doc_values: false } as const
const opaque = { type: 'object', enabled: false } as const
const number = { type: 'long', index: false } as const

/** Mapping of the work index: only what is searched for or summed is indexed, and nothing else may come in. */
export const WORK_MAPPINGS = {
  dynamic: 'strict',
  properties: {
    step: { type: 'keyword' },
    item: { type: 'keyword' },
    place: { type: 'long' },
    state: { type: 'keyword' },
    slice: opaque,
    bytes: number,
    counts: {
      properties: {
        read: number,
        acknowledged: number,
        rejected: number,
        skipped: number,
        sourceless: number,
        bytes: number,
      },
    },
    position: opaque,
    checksum: { ...number, doc_values: false },
    rebuilt: opaque,
    failures: { type: 'integer' },
    reason: unindexed,
    owner: { type: 'keyword' },
    progressed: { type: 'boolean', index: false, doc_values: false },
    write: unindexed,
  },
} as const

/** Places of one segment: chunks have 32-bit numbers. */
const PLACES_OF_SEGMENT = 2 ** 32
const SEGMENTS = 2 ** 19

/** Where places end. */
export const END_OF_PLACES = PLACES_OF_SEGMENT * SEGMENTS

/** The document of an item that nobody has begun. */
export function newDocument(step: string, slice: SliceRef): WorkDocument {
  const segment = crc32(`${slice.index}/${slice.shard}/${slice.segment}`) % SEGMENTS
  return {
    step,
    item: itemId(slice),
    place: segment * PLACES_OF_SEGMENT + slice.firstChunk,
    state: 'pending',
    slice,
    bytes: slice.bytes,
    counts: NO_COUNTS,
    failures: 0,
    write: '',
  }
}

/** The `_id` of an item; index names have at most 255 bytes and an id 512. */
export function documentId(step: string, item: string): string {
  return `${step}|${item}`
}

/** The item of a document. */
export function itemOf({ item, slice, state, counts, failures, position, checksum, rebuilt }: WorkDocument): WorkItem {
  return {
    id: item,
    slice,
    state,
    counts,
    failures,
    ...(position === undefined ? {} : { position }),
    ...(checksum === undefined ? {} : { checksum }),
    ...(rebuilt === undefined ? {} : { rebuilt }),
  }
}

/** The document without its holder. */
export function withoutOwner(document: WorkDocument): WorkDocument {
  const { owner: _owner, progressed: _progressed, ...rest } = document
  return rest
}
