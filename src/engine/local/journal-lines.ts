import { crc32 } from 'node:zlib'
import { Failure } from '../../core/failure.ts'
import type { RunEvent } from '../run/run-events.ts'

/** What the first line of a compacted journal says of the lines that were written together with it. */
interface CompactedPart {
  readonly bytes: number
  /** CRC-32 of these bytes. */
  readonly crc: number
}

/** What is in the bytes of a journal. */
export interface JournalContent {
  readonly events: RunEvent[]
  /** Length of the intact part. */
  readonly validBytes: number
  /** Length of the part that was written by the last compaction, its first line included; 0 before the first one. */
  readonly compactedBytes: number
}

/** A line of a journal: `<crc32 of the JSON, 8 hex digits> <JSON>\n`. */
export function journalLine(event: RunEvent): Buffer {
  return checkedLine(event)
}

/** A journal of these events as a compaction writes it: before them a line with their length and checksum. */
export function compactedJournal(events: readonly RunEvent[]): Buffer {
  const body = Buffer.concat(events.map(journalLine))
  const compacted: CompactedPart = { bytes: body.length, crc: crc32(body) }
  return Buffer.concat([checkedLine({ compacted }), body])
}

/**
 * The events in a journal's bytes, without those whose lines `skip` wants left out. A torn last line is left out. `STATE_CORRUPT`
 * for damage before the last line, and when a part that a compaction wrote is not whole.
 */
export function parseJournal(
  bytes: Buffer,
  path: string,
  skip: (line: Buffer) => boolean = () => false,
): JournalContent {
  const events: RunEvent[] = []
  const compactedBytes = compactedPart(bytes, path)
  let lines = 0
  let start = 0
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start)
    const line = bytes.subarray(start, end === -1 ? start : end)
    if (line.length > 0 && skip(line)) {
      lines++
      start = end + 1
      continue
    }
    const parsed = parseLine(line)
    if (parsed === undefined) {
      const isLast = end === -1 || end === bytes.length - 1
      if (isLast) break
      throw corrupt(path, `line ${lines + 1} (byte ${start}) does not fit its checksum`)
    }
    // The checksum proves that this program wrote the line, so its form is known.
    if (start > 0 || compactedBytes === 0) events.push(parsed as RunEvent)
    lines++
    start = end + 1
  }
  return { events, validBytes: start, compactedBytes }
}

/** A compacted part reached the disk as a whole before it became the journal, so a torn line in it is damage. */
function compactedPart(bytes: Buffer, path: string): number {
  const end = bytes.indexOf(0x0a)
  const first =
    end === -1 ? undefined : (parseLine(bytes.subarray(0, end)) as { compacted?: CompactedPart } | undefined)
  if (first?.compacted === undefined) return 0
  const length = end + 1 + first.compacted.bytes
  if (bytes.length < length) throw corrupt(path, `its compacted part has ${length} bytes, ${bytes.length} are there`)
  if (crc32(bytes.subarray(end + 1, length)) !== first.compacted.crc) {
    throw corrupt(path, 'its compacted part does not fit its checksum')
  }
  return length
}

function checkedLine(value: object): Buffer {
  const json = Buffer.from(JSON.stringify(value), 'utf8')
  return Buffer.concat([Buffer.from(`${hex(crc32(json))} `), json, Buffer.from('\n')])
}

function parseLine(line: Buffer): unknown {
  if (line.length < 10 || line[8] !== 0x20) return undefined
  const json = line.subarray(9)
  if (line.toString('latin1', 0, 8) !== hex(crc32(json))) return undefined
  return JSON.parse(json.toString('utf8'))
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}

function corrupt(path: string, detail: string): Failure {
  return new Failure('STATE_CORRUPT', detail, {
    op: 'read',
    subject: path,
    hint: 'Restore the folder of the workflow from a copy, or submit again under another name.',
  })
}
