import type { Cluster } from '../cluster/cluster.ts'
import { createIndex, putAlias, putMapping, updateIndexSettings } from '../cluster/indices.ts'
import { putPipeline } from '../cluster/pipelines.ts'
import { putComponentTemplate, putIndexTemplate, putLegacyTemplate } from '../cluster/templates.ts'
import { isJsonObject, type JsonObject } from '../codec/json-value.ts'
import { isFailure } from '../core/failure.ts'
import type { Change, Problem } from '../metadata/change.ts'
import type { Difference } from '../metadata/diff.ts'
import {
  judgeObject,
  type ExistingPolicy,
  type Judgement,
  type MovedKind,
  type WantedObject,
} from '../metadata/judge-object.ts'
import { mapMembers, objectMember, withMember } from '../metadata/json-edit.ts'
import { remedyOf, type Remedy } from '../metadata/remedy.ts'

/** What became of one object. */
export interface MigratedObject extends Judgement {
  readonly kind: 'global metadata' | MovedKind
  readonly name: string
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
  /** What a user can do when it was refused. */
  readonly remedy?: Remedy
}

/** The end of an object that the target did not take, in its words, with what helps. */
export function refusedObject(
  object: Pick<MigratedObject, 'kind' | 'name'> & Partial<Omit<MigratedObject, 'outcome' | 'remedy'>>,
  refusal: string,
): MigratedObject {
  const whole = { changes: [], problems: [], differences: [], ...object }
  return { ...whole, outcome: 'refused', refusal, remedy: remedyOf(refusal, whole) }
}

/** The end of an object as it was judged. */
export function judgedObject(
  object: Pick<MigratedObject, 'kind' | 'name' | 'changes' | 'problems'>,
  judgement: Judgement,
): MigratedObject {
  const { refusal, differences } = judgement
  return refusal === undefined ? { ...object, ...judgement } : refusedObject({ ...object, differences }, refusal)
}

/** Writes one object unless the target has an equal one; what the target refuses is part of the result. */
export async function migrateObject(
  wanted: WantedObject,
  found: JsonObject | undefined,
  policy: ExistingPolicy,
  target: Cluster,
  signal: AbortSignal,
): Promise<MigratedObject> {
  const { kind, name, translated } = wanted
  const { changes, problems } = translated
  const judgement = judgeObject(wanted, found, policy)
  const object = { kind, name, changes, problems }
  if (judgement.outcome === 'created' || judgement.outcome === 'updated') {
    const { differences } = judgement
    try {
      await write(wanted, found, differences, target, signal)
    } catch (error) {
      if (!isFailure(error, 'CLUSTER_REFUSED')) throw error
      return refusedObject({ ...object, differences }, error.detail)
    }
  }
  return judgedObject(object, judgement)
}

async function write(
  { kind, name, translated }: WantedObject,
  found: JsonObject | undefined,
  differences: readonly Difference[],
  target: Cluster,
  signal: AbortSignal,
): Promise<void> {
  const { body } = translated
  switch (kind) {
    case 'component template':
      return putComponentTemplate(target, name, body, signal)
    case 'index template':
      return putIndexTemplate(target, name, body, signal)
    case 'legacy template':
      return putLegacyTemplate(target, name, body, signal)
    case 'ingest pipeline':
      return putPipeline(target, name, body, signal)
    case 'index':
      if (found === undefined) {
        await createIndex(target, name, body, {}, signal)
        return
      }
      await updateIndex(target, name, withDifferentSettings(body, differences), signal)
  }
}

/** Settings that are as wanted are not sent: the target refuses some of them however they are. */
function withDifferentSettings(body: JsonObject, differences: readonly Difference[]): JsonObject {
  const settings = objectMember(body, 'settings')
  if (settings === undefined) return body
  const paths = new Set(differences.map(({ path }) => path))
  return withMember(
    body,
    'settings',
    mapMembers(settings, (value, name) => (paths.has(`settings.${name}`) ? value : undefined)),
  )
}

/** Settings that an index has for life. */
const FIXED: ReadonlySet<string> = new Set([
  'number_of_shards',
  'number_of_routing_shards',
  'codec',
  'sort',
  'routing_partition_size',
  'analysis',
  'similarity',
])

/** An index that is there takes new fields, aliases and dynamic settings; the target refuses what cannot be changed any more. */
export async function updateIndex(target: Cluster, name: string, body: JsonObject, signal: AbortSignal): Promise<void> {
  const { mappings, settings, aliases } = body
  if (isJsonObject(mappings)) await putMapping(target, name, mappings, {}, signal)
  for (const [alias, definition] of Object.entries(isJsonObject(aliases) ? aliases : {}))
    if (isJsonObject(definition)) await putAlias(target, name, alias, definition, signal)
  const index = isJsonObject(settings) && isJsonObject(settings['index']) ? settings['index'] : settings
  if (!isJsonObject(index)) return
  const dynamic = Object.fromEntries(
    Object.entries(index)
      .map(([key, value]) => [key.replace(/^index\./, ''), value] as const)
      .filter(([key]) => !FIXED.has(key.split('.', 1)[0]!)),
  )
  if (Object.keys(dynamic).length > 0) await updateIndexSettings(target, name, { index: dynamic }, signal)
}
