import * as z from 'zod'
import type { Refusal } from './call.ts'

/** The answer of whatever changes the cluster. */
export const acknowledgedSchema = z.object({ acknowledged: z.literal(true) })

/** Shards that took part in a request; failures mean that the answer is not about all documents. */
export const shardsSchema = z.object({
  total: z.number(),
  successful: z.number(),
  failed: z.number(),
  failures: z.array(z.unknown()).optional(),
})

/** Names of objects and their content, which is passed on as it is. */
export const objectsSchema = z.record(z.string(), z.record(z.string(), z.unknown()))

/** Takes a 404 for "there is none"; for `callOr`. */
export function ifMissing(refusal: Refusal): 'missing' | undefined {
  return refusal.status === 404 ? 'missing' : undefined
}
