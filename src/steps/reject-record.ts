/** A document that did not get into the target, with why; the same document may be recorded twice after a crash. */
export interface RejectRecord {
  /** Work item that the document belongs to. */
  readonly item: string
  /** Number of the document in its segment, where known. */
  readonly doc?: number
  readonly index: string
  readonly id: string
  readonly routing?: string
  readonly type?: string
  /** Kind of reason: `mapping`, `too-large`, `sourceless`, `malformed`, … */
  readonly class: string
  /** Status of the target's answer; absent when the document was never sent. */
  readonly status?: number
  readonly errorType: string
  readonly reason: string
  /** The document as it was (or would have been) sent; absent when it has no source. */
  readonly source?: Uint8Array
}

/** A reject as one line of NDJSON; a source that is not JSON is given as text under `_source_text`. */
export function rejectLine(record: RejectRecord): string {
  const { source, ...rest } = record
  if (source === undefined) return `${JSON.stringify(rest)}\n`
  const text = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString('utf8')
  const head = JSON.stringify(rest).slice(0, -1)
  // Embedded as it is, so that numbers survive; whoever reads the line parses it once.
  return isJson(text) ? `${head},"_source":${text}}\n` : `${head},"_source_text":${JSON.stringify(text)}}\n`
}

function isJson(text: string): boolean {
  if (text.includes('\n')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
