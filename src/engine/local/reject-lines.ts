import { createReadStream, existsSync } from 'node:fs'
import { parseRejectLine, type RejectRecord } from '../../steps/reject-record.ts'

const NEWLINE = 0x0a

/**
 * The lines of a reject file without their ends, none when there is no such file. Only line feeds end a line: sources may hold
 * U+2028 and U+2029. A line torn by a crash is left out; it has been written again after it.
 */
export async function* readRejectLines(path: string): AsyncGenerator<string, void> {
  if (!existsSync(path)) return
  let parts: Buffer[] = []
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, start)) {
      const line = Buffer.concat([...parts, piece.subarray(start, end)]).toString('utf8')
      if (line.startsWith('{') && line.endsWith('}')) yield line
      parts = []
      start = end + 1
    }
    if (start < piece.length) parts.push(piece.subarray(start))
  }
}

/** The rejects in a file in the order they were recorded; as {@link readRejectLines}. */
export async function* readRejects(path: string): AsyncGenerator<RejectRecord, void> {
  for await (const line of readRejectLines(path)) yield parseRejectLine(line)
}
