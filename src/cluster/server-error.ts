import * as z from 'zod'

/** Why a server refused something, in its own words. */
export interface ServerError {
  /** Snake case, such as `index_not_found_exception`; empty when the answer names none. */
  readonly type: string
  readonly reason: string
}

const causeSchema = z.object({ type: z.string().optional(), reason: z.string().nullish() })
/** The `error` of an answer: an object since Elasticsearch 2.0, a line of text before. */
export const errorSchema = z.union([z.string(), causeSchema.extend({ caused_by: causeSchema.optional() })])
const answerSchema = z.object({ error: errorSchema })

/** Longest reason that is kept; a reason may quote a whole document. */
const MAX_REASON = 2000

/** Takes the error out of an answer's body, whatever the version; a body that is no error gives its own start as reason. */
export function parseServerError(body: Uint8Array): ServerError {
  const text = new TextDecoder().decode(body)
  try {
    const answer = answerSchema.safeParse(JSON.parse(text))
    if (answer.success) return serverErrorOf(answer.data.error)
  } catch {
    // not JSON: a proxy's page, or nothing
  }
  return { type: '', reason: text.replace(/\s+/g, ' ').trim().slice(0, 300) }
}

/** Type and reason of a parsed `error`; the cause that it names is added to the reason. */
export function serverErrorOf(error: z.infer<typeof errorSchema>): ServerError {
  if (typeof error === 'string') {
    const match = /^(?:Remote\w+Exception\[.*?\]; nested: )?(\w+)\[(.*?)\]?;?$/s.exec(error)
    return { type: match ? snakeCase(match[1]!) : '', reason: cut(match ? match[2]! : error) }
  }
  const cause = error.caused_by
  const because = cause ? ` (${[cause.type, cause.reason].filter((part) => typeof part === 'string').join(': ')})` : ''
  return { type: error.type ?? '', reason: cut(`${error.reason ?? ''}${because}`) }
}

function snakeCase(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase()
}

function cut(text: string): string {
  return text.length <= MAX_REASON ? text : `${text.slice(0, MAX_REASON)}…`
}
