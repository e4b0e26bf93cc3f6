/** A document that did not get into the target, with why; the same document may be recorded twice after a crash. */
export interface RejectRecord {
  /** Work item that the document belongs to. */
  readonly item: string
  /** Number of the document in its segment, where known. */
  readonly doc?: number
  readonly index: string
  readonly id: string
  readonly routing?: string | undefined
  readonly type?: string | undefined
  /** Kind of reason: `mapping`, `too-large`, `sourceless`, `malformed`, `duplicate-id`, … */
  readonly class: string
  /** Status of the target's answer; absent when the document was never sent. */
  readonly status?: number
  readonly errorType: string
  readonly reason: string
  /** The document as it was (or would have been) sent; absent when it has no source. */
  readonly source?: Uint8Array
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A reject as one line of NDJSON. The source is embedded as it is, so that numbers survive; one that is not JSON on one line is
 * given as text under `_source_text`, or as `_source_base64` when it is no text at all (SMILE, CBOR).
 */
export function rejectLine(record: RejectRecord): string {
  const { source, ...rest } = record
  const head = JSON.stringify(rest).slice(0, -1)
  return `${head}${source === undefined ? '' : `,${sourceMember(source)}`}}\n`
}

const SOURCE_MEMBER = '"_source":'

/** The reject of a line that {@link rejectLine} wrote, its source byte for byte. */
export function parseRejectLine(line: string): RejectRecord {
  // Inside a string the quote before the colon would be escaped, so this is where the last member begins.
  const at = line.indexOf(SOURCE_MEMBER)
  if (at !== -1) {
    const head = JSON.parse(`${line.slice(0, at - 1)}}`) as RejectRecord
    return { ...head, source: Buffer.from(line.slice(at + SOURCE_MEMBER.length, -1), 'utf8') }
  }
  const { _source_text, _source_base64, ...head } = JSON.parse(line) as RejectRecord & {
    readonly _source_text?: string
    readonly _source_base64?: string
  }
  if (_source_text !== undefined) return { ...head, source: Buffer.from(_source_text, 'utf8') }
  if (_source_base64 !== undefined) return { ...head, source: Buffer.from(_source_base64, 'base64') }
  return head
}

function sourceMember(source: Uint8Array): string {
  let text: string
  try {
    text = utf8.decode(source)
  } catch {
    return `"_source_base64":"${Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString('base64')}"`
  }
  return isJsonLine(text) ? `"_source":${text}` : `"_source_text":${JSON.stringify(text)}`
}

function isJsonLine(text: string): boolean {
  if (/[\n\r]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
