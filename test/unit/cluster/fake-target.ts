import type { SeenRequest, Reply } from '../http/scripted-server.ts'

/** An item's answer: a status, with an error where it is none of success. */
export interface ItemReply {
  readonly status: number
  readonly error?: { readonly type: string; readonly reason: string }
}

/** One document as the fake target read it out of a bulk body. */
export interface BulkLine {
  readonly op: string
  readonly index: string
  readonly id: string
  readonly routing?: string
  readonly source: string
}

/** Takes a bulk body apart as a server does, independently of the encoder. */
export function parseBulk(body: Buffer): BulkLine[] {
  const lines = body.toString('utf8').split('\n')
  if (lines.pop() !== '') throw new Error('a bulk body ends with a newline')
  const documents: BulkLine[] = []
  for (let at = 0; at < lines.length; at += 2) {
    const action = JSON.parse(lines[at]!) as Record<string, { _index: string; _id: string; routing?: string }>
    const [op, meta] = Object.entries(action)[0]!
    const { _index: index, _id: id, routing } = meta
    documents.push({ op, index, id, ...(routing !== undefined && { routing }), source: lines[at + 1]! })
  }
  return documents
}

/** Answers a bulk request item by item, in the trimmed form that `filter_path` gives. */
export function bulkReply(request: SeenRequest, decide: (line: BulkLine) => ItemReply): Reply {
  const items = parseBulk(request.body).map((line) => ({ [line.op]: decide(line) }))
  const errors = items.some((item) => Object.values(item)[0]!.error !== undefined)
  return { status: 200, body: { took: 1, errors, items } }
}
