import { createHash } from 'node:crypto'
import type { RejectRecord } from '../../steps/reject-record.ts'

/** What tells a rejected document of a step apart from others, in every attempt: a SHA-256 in hexadecimal. */
export function rejectKey(step: string, { item, doc = -1, index, id, routing, type }: RejectRecord): string {
  const identity = JSON.stringify([step, item, doc, index, id, routing ?? null, type ?? null])
  return createHash('sha256').update(identity).digest('hex')
}
