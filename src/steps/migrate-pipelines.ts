import { getPipelines, listProcessors } from '../cluster/pipelines.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { chosenPipelines, wantedPipelines } from '../metadata/wanted-templates.ts'
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
  const { ingestPipelines: patterns, existingIndex } = group.metadata
  if (chosenPipelines(ingestPipelines, patterns).length === 0) return
  const processors = await listProcessors(target, signal)
  const there = await getPipelines(target, signal)
  for (const wanted of wantedPipelines(ingestPipelines, patterns, processors)) {
    // Parsed from the target's JSON by the client, so the members are JSON values.
    const found = there[wanted.name] as JsonObject | undefined
    done(await migrateObject(wanted, found, existingIndex, target, signal))
  }
}
