import type { JsonObject } from '../codec/json-value.ts'
import type { Problem } from './change.ts'
import { flattenSettings } from './flat-settings.ts'
import { objectMember } from './json-edit.ts'

/** A problem for each ingest pipeline that the settings of an index name and the target does not have. Pure. */
export function missingPipelines(body: JsonObject, there: ReadonlySet<string>): Problem[] {
  const settings = objectMember(body, 'settings')
  if (settings === undefined) return []
  const flat = flattenSettings(settings)
  return ['index.default_pipeline', 'index.final_pipeline'].flatMap((name) => {
    const pipeline = flat.get(name)
    if (typeof pipeline !== 'string' || pipeline === '_none' || there.has(pipeline)) return []
    return [
      {
        rule: 'missing-pipelines',
        path: `settings.${name}`,
        detail: `the target has no ingest pipeline ${pipeline}, so it refuses documents that are written after the load`,
        decision:
          'name it in `ingestPipelineAllowlist`, or remove the setting with `metadataMigration.settings.remove`',
      },
    ]
  })
}
