import { isJsonObject, type JsonObject, type JsonValue } from '../codec/json-value.ts'
import type { Translated } from './change.ts'
import { mapMembers } from './json-edit.ts'
import { Ledger } from './ledger.ts'

const KNOWN: ReadonlySet<string> = new Set(['description', 'version', 'processors', 'on_failure'])

/**
 * The body of `PUT _ingest/pipeline/<id>`. A processor that the target lacks stays in the body, for the target to refuse the
 * whole: a pipeline without one of its steps would make other documents. Pure.
 */
export function translatePipeline(
  definition: JsonObject,
  processors: ReadonlySet<string>,
): Pick<Translated, 'body' | 'changes' | 'problems'> {
  const ledger = new Ledger()
  const members = ledger.entry('pipeline-members', '')
  const body = mapMembers(definition, (value, name) => {
    if (KNOWN.has(name)) return value
    members.note('dropped', name, value, undefined, 'pipelines of OpenSearch have no such member')
    return undefined
  })
  const missing = [...new Set([...typesOf(body['processors']), ...typesOf(body['on_failure'])])].filter(
    (type) => !processors.has(type),
  )
  const entry = ledger.entry('missing-processors', 'processors')
  for (const type of missing) {
    const decision = 'install the plugin that brings it, or leave the pipeline out of `ingestPipelineAllowlist`'
    entry.problem('', `the target has no processor ${type}`, decision)
  }
  const { changes, problems } = ledger.result()
  return { body, changes, problems }
}

/** Types of a list of processors, with those inside of them. */
function typesOf(list: JsonValue | undefined): string[] {
  if (!Array.isArray(list)) return []
  return (list as readonly JsonValue[]).filter(isJsonObject).flatMap((element) =>
    Object.entries(element).flatMap(([type, options]) => {
      if (!isJsonObject(options)) return [type]
      const inner = options['processor']
      return [type, ...typesOf(options['on_failure']), ...typesOf(inner === undefined ? undefined : [inner])]
    }),
  )
}
