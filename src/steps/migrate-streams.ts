import { createDataStream, getDataStream } from '../cluster/data-streams.ts'
import { countDocuments, refresh } from '../cluster/indices.ts'
import { getIndexTemplates } from '../cluster/templates.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { isFailure } from '../core/failure.ts'
import type { Translated } from '../metadata/change.ts'
import { judgeStream } from '../metadata/judge-object.ts'
import { streamsOf } from '../plan/plan.ts'
import { templateOfStream } from '../metadata/wanted-templates.ts'
import { judgedObject, migrateObject, refusedObject, type MigratedObject } from './migrate-object.ts'
import { translatedIndices, type Translation } from './translation.ts'

/**
 * Creates the data streams of a group, each with one empty index; the load rolls them over between generations. A stream that
 * no template of the target fits gets a template of its own, made of its newest index.
 */
export async function migrateStreams(
  translation: Translation,
  done: (object: MigratedObject) => void,
  signal: AbortSignal,
): Promise<void> {
  const { target, group } = translation
  let templates: ReadonlyMap<string, JsonObject> | undefined
  for (const [name, indices] of streamsOf(group)) {
    let newest: Translated
    try {
      const [part] = await translatedIndices(translation, indices.at(-1)!, signal)
      newest = part!.translated
    } catch (error) {
      if (!isFailure(error, 'BLOB_CORRUPT', 'BLOB_NOT_FOUND') || group.metadata.onRefused !== 'continue') throw error
      done(refusedObject({ kind: 'data stream', name }, error.message))
      continue
    }
    const { changes, problems } = newest
    const object = { kind: 'data stream', name, changes, problems } as const
    const judgement = judgeStream(await documentsOf(translation, name, signal), group.metadata.existingIndex)
    if (judgement.outcome === 'created') {
      // Parsed from the target's JSON by the client, so the members are JSON values.
      templates ??= new Map(Object.entries(await getIndexTemplates(target, signal)) as [string, JsonObject][])
      const own = templateOfStream(name, newest, templates)
      if (own !== undefined) done(await migrateObject(own, templates.get(own.name), 'update', target, signal))
      try {
        await createDataStream(target, name, signal)
      } catch (error) {
        if (!isFailure(error, 'CLUSTER_REFUSED')) throw error
        done(refusedObject(object, error.detail))
        continue
      }
    }
    done(judgedObject(object, judgement))
  }
}

/** How many documents the target's stream of that name has; undefined when there is none. */
async function documentsOf({ target }: Translation, name: string, signal: AbortSignal): Promise<number | undefined> {
  if ((await getDataStream(target, name, signal)) === undefined) return undefined
  await refresh(target, name, signal)
  return countDocuments(target, name, signal)
}
