import * as z from 'zod'
import { NEWER_KEYS, newerSchema } from './newer-schema.ts'
import { pageSchema } from './page-schema.ts'

/** The JSON Schema of a configuration in either form, as `schema/backfill.schema.json` has it. */
export function configJsonSchema(): string {
  const [page, newer] = [pageSchema, newerSchema].map((schema) => {
    const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' })
    return rest
  })
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of a backfill workflow',
    if: { not: { required: ['migrations'] }, anyOf: NEWER_KEYS.map((key) => ({ required: [key] })) },
    then: newer,
    else: page,
  }
  return `${JSON.stringify(schema, undefined, 2)}\n`
}
