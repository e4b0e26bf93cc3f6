import type { Cluster } from '../cluster/cluster.ts'
import { createDataStream, getDataStream } from '../cluster/data-streams.ts'
import { countDocuments, refresh } from '../cluster/indices.ts'
import { putIndexTemplate } from '../cluster/templates.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { isFailure } from '../core/failure.ts'
import type { Translated } from '../metadata/change.ts'
import { json, jsonObject } from '../metadata/json-edit.ts'
import { refusedObject, type MigratedObject } from './migrate-object.ts'
import { translatedIndices, type Translation } from './translation.ts'

/** The indices behind each data stream of a group that can be read, the oldest first. */
export function streamsOf({ group }: Pick<Translation, 'group'>): ReadonlyMap<string, readonly string[]> {
  const streams = new Map<string, string[]>()
  for (const { name, stream, unreadable } of group.indices) {
    if (stream !== undefined && unreadable === undefined) streams.set(stream, [...(streams.get(stream) ?? []), name])
  }
  return streams
}

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
  for (const [name, indices] of streamsOf(translation)) {
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
    const result = { kind: 'data stream', name, changes, problems, differences: [] } as const
    if ((await getDataStream(target, name, signal)) !== undefined) {
      const { refusal, ...end } = await existing(target, name, group.metadata.existingIndex, signal)
      done(refusal === undefined ? { ...result, ...end } : refusedObject({ ...result, ...end }, refusal))
      continue
    }
    try {
      await create(target, name, newest, signal)
      done({ ...result, outcome: 'created' })
    } catch (error) {
      if (!isFailure(error, 'CLUSTER_REFUSED')) throw error
      done(refusedObject(result, error.detail))
    }
  }
}

/** An empty stream is as good as a new one; others take more documents only where the configuration says so. */
async function existing(
  target: Cluster,
  name: string,
  policy: 'fail' | 'keep' | 'update',
  signal: AbortSignal,
): Promise<Pick<MigratedObject, 'outcome' | 'differences'> & { readonly refusal?: string }> {
  await refresh(target, name, signal)
  const documents = await countDocuments(target, name, signal)
  if (documents === 0) return { outcome: 'equal', differences: [] }
  const differences = [{ path: 'documents', wanted: 0, found: documents }]
  if (policy !== 'fail') return { outcome: 'kept', differences }
  return { outcome: 'refused', differences, refusal: `the target has one with ${documents} documents` }
}

async function create(target: Cluster, name: string, newest: Translated, signal: AbortSignal): Promise<void> {
  try {
    await createDataStream(target, name, signal)
  } catch (error) {
    const lacksTemplate = /no matching index template|has no data stream template|no data stream template/
    if (!isFailure(error, 'CLUSTER_REFUSED') || !lacksTemplate.test(error.detail)) throw error
    await putIndexTemplate(target, `${name}-backfill`, templateOf(name, newest), signal)
    await createDataStream(target, name, signal)
  }
}

/** Above the priorities that stock templates have, for this one stream. */
const PRIORITY = 1000

function templateOf(name: string, { body }: Translated): JsonObject {
  return jsonObject([
    ['index_patterns', [name]],
    ['data_stream', json({})],
    ['priority', PRIORITY],
    [
      'template',
      jsonObject([
        ['settings', body['settings'] ?? jsonObject([])],
        ['mappings', body['mappings'] ?? jsonObject([])],
      ]),
    ],
  ])
}
