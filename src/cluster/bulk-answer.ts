import * as z from 'zod'
import type { BulkOp } from './bulk-body.ts'
import { errorSchema, serverErrorOf, type ServerError } from './server-error.ts'

/** Trims a bulk answer to what proves that every document was dealt with: some 25 bytes a document. */
export const BULK_FILTER_PATH = 'took,errors,items.*.status,items.*.error'

/** An item that is no plain success. */
export interface BulkProblem {
  /** Position in the request, from 0. */
  readonly position: number
  readonly status: number
  readonly error: ServerError
}

/** What a target says about a body. */
export interface BulkAnswer {
  /** Documents that the answer accounts for. */
  readonly items: number
  readonly created: number
  readonly updated: number
  readonly problems: readonly BulkProblem[]
}

const itemSchema = z.object({ status: z.number().int(), error: errorSchema.optional() })
const answerSchema = z.object({ errors: z.boolean(), items: z.array(z.record(z.string(), itemSchema)).default([]) })

/** Reads a bulk answer; undefined when it is none. A clean answer is counted without being parsed. */
export function readBulkAnswer(body: Uint8Array, op: BulkOp): BulkAnswer | undefined {
  return readClean(body, op) ?? readAny(body)
}

/**
 * Counts an answer of the one form that a clean, trimmed answer has: `{"took":3,"errors":false,"items":[` and then
 * `{"index":{"status":201}}` with commas between. Undefined for any other form.
 */
function readClean(body: Uint8Array, op: BulkOp): BulkAnswer | undefined {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const head = /^\{"took":\d+,"errors":false,"items":\[/.exec(buffer.toString('latin1', 0, 80))
  if (head === null) return undefined
  const before = ITEM_BEFORE[op]
  let at = head[0].length
  let created = 0
  let updated = 0
  for (;;) {
    for (const byte of before) if (buffer[at++] !== byte) return undefined
    const status = buffer.toString('latin1', at, at + 3)
    if (status === '201') created++
    else if (status === '200') updated++
    else return undefined
    at += 3
    if (buffer[at] !== CLOSE || buffer[at + 1] !== CLOSE) return undefined
    at += 2
    if (buffer[at] !== COMMA) break
    at++
  }
  if (buffer.toString('latin1', at) !== ']}') return undefined
  return { items: created + updated, created, updated, problems: [] }
}

const CLOSE = 0x7d
const COMMA = 0x2c
const ITEM_BEFORE: Readonly<Record<BulkOp, Buffer>> = {
  index: Buffer.from('{"index":{"status":'),
  create: Buffer.from('{"create":{"status":'),
}

function readAny(body: Uint8Array): BulkAnswer | undefined {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined // cut short, or not a cluster's answer: the loader says so
  }
  const parsed = answerSchema.safeParse(json)
  if (!parsed.success) return undefined
  const problems: BulkProblem[] = []
  let created = 0
  let updated = 0
  for (const [position, entry] of parsed.data.items.entries()) {
    const item = Object.values(entry)[0]
    if (item === undefined) return undefined
    const { status, error } = item
    if (error !== undefined || status < 200 || status > 299) {
      problems.push({ position, status, error: error === undefined ? { type: '', reason: '' } : serverErrorOf(error) })
    } else if (status === 201) created++
    else updated++
  }
  return { items: parsed.data.items.length, created, updated, problems }
}
