import { Failure, isFailure } from '../../core/failure.ts'
import type { SegmentColumns } from '../../lucene/doc-values/segment-columns.ts'
import type { Segment } from '../../lucene/segment.ts'
import type { VersionId } from '../../repository/version-id.ts'
import type { Leaf } from './leaves.ts'
import type { WriteValue } from './object-template.ts'
import type { StoredByName } from './stored-values-of.ts'

/** Gives the values of one field, document by document of a window. */
export interface LeafReader {
  readonly leaf: Leaf
  /** Set when no value of the field can be given: why. */
  readonly problem: string | undefined
  /** Why values may differ from those that were sent; grows with what was seen. */
  readonly losses: ReadonlySet<string>
  /** Names of the stored values that are asked for; none when left out. */
  readonly storedNames?: readonly string[]
  /** Loads the documents `[from, to)` and returns the bytes that are kept for them. */
  load(from: number, to: number, signal: AbortSignal): Promise<number>
  /** The values as JSON, several as a list; undefined when the document has none. `BLOB_CORRUPT` for an impossible value. */
  text(doc: number, stored: StoredByName): string | undefined
  /** Writes what {@link text} gives, and fails alike. */
  readonly write: WriteValue
}

/** What opening a field needs to know of its index. */
export interface LeafContext {
  /** Name of the index, for messages. */
  readonly index: string
  readonly segment: Segment
  readonly columns: SegmentColumns
  readonly created: VersionId | undefined
  /** True when values must be those that the server itself would return. */
  readonly synthetic: boolean
  /** True when the documents of nested objects can be told from each other. */
  readonly nested: boolean
}

/** A field of which no value can be given. */
export function withoutValues(leaf: Leaf, problem: string): LeafReader {
  const text = (): undefined => undefined
  return { leaf, problem, losses: new Set(), load: () => Promise.resolve(0), text, write: () => false }
}

/** Writes the values of a field by way of their text. */
export function writingText(text: LeafReader['text']): WriteValue {
  return (out, doc, stored) => {
    const json = text(doc, stored)
    if (json !== undefined) out.text(json)
    return json !== undefined
  }
}

/** What to throw when the mapping and what a segment holds do not fit: `BLOB_CORRUPT`. */
export function disagrees(leaf: Leaf, context: LeafContext, what: string): Failure {
  const detail = `mapped as '${leaf.type}' but ${what} cannot be such a value`
  return new Failure('BLOB_CORRUPT', detail, { op: 'rebuild', subject: subjectOf(leaf, context) })
}

/** The same reader, whose failures name the field, the segment and the index. */
export function namingReader(reader: LeafReader, context: LeafContext): LeafReader {
  return {
    ...reader,
    load: async (from, to, signal) => {
      try {
        return await reader.load(from, to, signal)
      } catch (error) {
        throw inField(error, reader.leaf, context)
      }
    },
    text: (doc, stored) => {
      try {
        return reader.text(doc, stored)
      } catch (error) {
        throw inField(error, reader.leaf, context)
      }
    },
    write: (out, doc, stored) => {
      try {
        return reader.write(out, doc, stored)
      } catch (error) {
        throw inField(error, reader.leaf, context)
      }
    },
  }
}

/** A failure of a decoder as one of the field that it decoded; whatever else was thrown as it is. */
export function inField(error: unknown, leaf: Leaf, context: LeafContext): unknown {
  const subject = subjectOf(leaf, context)
  if (!isFailure(error, 'BLOB_CORRUPT', 'FORMAT_UNSUPPORTED') || error.subject === subject) return error
  return new Failure(error.code, `${error.subject}: ${error.detail}`, {
    op: 'rebuild',
    subject,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  })
}

function subjectOf({ name }: Leaf, { index, segment }: LeafContext): string {
  return `field '${name}' of index ${JSON.stringify(index)}, segment ${segment.name}`
}
