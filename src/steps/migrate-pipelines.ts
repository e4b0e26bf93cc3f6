import { getPipelines, listProcessors } from '../cluster/pipelines.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { compilePatterns } from '../core/patterns.ts'
import { translatePipeline } from '../metadata/translate-pipeline.ts'
import type { GlobalMetadata } from '../repository/global-metadata.ts'
import { migrateObject, type MigratedObject } from './migrate-object.ts'
import type { Translation } from './translation.ts'

/** Writes the ingest pipelines that a group asks for; `done` is told of each. */
export async function migratePipelines(
  { ingestPipelines }: GlobalMetadata,
  { target, group }: Translation,
  done: (object: MigratedObject) => void,
  signal: AbortSignal,
): Promise<void> {
  const wanted = compilePatterns(group.metadata.ingestPipelines ?? [])
  const chosen = [...ingestPipelines].filter(([id]) => wanted(id)).sort(([left], [right]) => (left < right ? -1 : 1))
  if (chosen.length === 0) return
  const processors = await listProcessors(target, signal)
  const there = await getPipelines(target, signal)
  for (const [name, definition] of chosen) {
    const translated = translatePipeline(definition, processors)
    // Parsed from the target's JSON by the client, so the members are JSON values.
    const found = there[name] as JsonObject | undefined
    const candidate = { kind: 'ingest pipeline', name, translated, found } as const
    done(await migrateObject(candidate, group.metadata.existingIndex, target, signal))
  }
}
