import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { crc32 } from 'node:zlib'
import { Failure, messageOf } from '../../core/failure.ts'
import type { RunEvent } from '../run/run-events.ts'

/**
 * An append-only file of JSON events, one a line: `<crc32 of the JSON, 8 hex digits> <JSON>\n`. A last line that was torn by a
 * crash is dropped when the journal is opened for writing; damage anywhere else is `STATE_CORRUPT`.
 */
export class Journal {
  readonly #fd: number
  readonly #path: string
  /** Length of the intact part in bytes. */
  #size: number
  /** Length of the part that is known to be on the disk. */
  #durable: number

  private constructor(fd: number, path: string, size: number) {
    this.#fd = fd
    this.#path = path
    this.#size = size
    this.#durable = size
  }

  /** Opens (or creates) a journal for appending and returns it with the events in it. `STATE_CORRUPT`, `STATE_UNWRITABLE`, `STORE_FULL`. */
  static open(path: string): { readonly journal: Journal; readonly events: RunEvent[] } {
    const fd = wrap(path, 'open', () =>
      openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600),
    )
    const bytes = wrap(path, 'read', () => readFileSync(fd))
    const { events, validBytes } = parseJournal(bytes, path)
    if (validBytes < bytes.length) wrap(path, 'mend', () => ftruncateSync(fd, validBytes))
    return { journal: new Journal(fd, path, validBytes), events }
  }

  /** Appends an event. Durable ones are on the disk when this returns; others may be lost by a crash of the machine. */
  append(event: RunEvent, options: { readonly durable: boolean }): void {
    const json = Buffer.from(JSON.stringify(event), 'utf8')
    const line = Buffer.concat([Buffer.from(`${hex(crc32(json))} `), json, Buffer.from('\n')])
    wrap(this.#path, 'append to', () => {
      try {
        const written = writeSync(this.#fd, line)
        if (written !== line.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
        if (options.durable) fdatasyncSync(this.#fd)
      } catch (error) {
        // A line that was half written must not stand before the next one: that would be damage in the middle.
        ftruncateSync(this.#fd, this.#size)
        throw error
      }
    })
    this.#size += line.length
    if (options.durable) this.#durable = this.#size
  }

  /** Brings everything appended so far to the disk without holding up the caller's thread; nothing to do when it is there. */
  async sync(): Promise<void> {
    const reached = this.#size
    if (this.#durable >= reached) return
    await new Promise<void>((resolve, reject) => {
      fdatasync(this.#fd, (error) => {
        if (error === null) resolve()
        else reject(new Failure('STATE_UNWRITABLE', error.message, { op: 'sync', subject: this.#path, cause: error }))
      })
    })
    this.#durable = Math.max(this.#durable, reached)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/**
 * Reads a journal without changing it; a torn last line is left out. Events whose types begin with one of `without` are left
 * out unparsed, which makes reading quick where they are most of a long run; damage in them is left to the runner to find.
 */
export function readJournal(path: string, without: readonly string[] = []): RunEvent[] {
  const bytes = wrap(path, 'read', () => readFileSync(path))
  const marks = without.map((type) => Buffer.from(`"type":"${type}`))
  return parseJournal(bytes, path, (line) => {
    // The time and the type come first in every line.
    const head = line.subarray(0, TYPE_WITHIN)
    return marks.some((mark) => head.includes(mark))
  }).events
}

/** Bytes within which the type of an event has begun and ended: checksum, `{"at":`, a time and the type. */
const TYPE_WITHIN = 60

/** The events in a journal's bytes and the length of its intact part. `STATE_CORRUPT` for damage before the last line. */
export function parseJournal(
  bytes: Buffer,
  path: string,
  skip: (line: Buffer) => boolean = () => false,
): { readonly events: RunEvent[]; readonly validBytes: number } {
  const events: RunEvent[] = []
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
    const event = parseLine(line)
    if (event === undefined) {
      const isLast = end === -1 || end === bytes.length - 1
      if (isLast) break
      throw new Failure('STATE_CORRUPT', `line ${lines + 1} (byte ${start}) does not fit its checksum`, {
        op: 'read',
        subject: path,
        hint: 'Restore the folder of the workflow from a copy, or submit again under another name.',
      })
    }
    events.push(event.value)
    lines++
    start = end + 1
  }
  return { events, validBytes: start }
}

function parseLine(line: Buffer): { readonly value: RunEvent } | undefined {
  if (line.length < 10 || line[8] !== 0x20) return undefined
  const json = line.subarray(9)
  if (line.toString('latin1', 0, 8) !== hex(crc32(json))) return undefined
  // The checksum proves that this program wrote the line, so its form is known.
  return { value: JSON.parse(json.toString('utf8')) as RunEvent }
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}

function wrap<T>(path: string, op: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    if (cause instanceof Failure) throw cause
    const code = (cause as NodeJS.ErrnoException).code
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    throw new Failure(full ? 'STORE_FULL' : 'STATE_UNWRITABLE', full ? 'no space left' : messageOf(cause), {
      op,
      subject: path,
      cause,
    })
  }
}
