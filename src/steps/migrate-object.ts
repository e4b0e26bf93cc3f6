import type { Cluster } from '../cluster/cluster.ts'
import { createIndex, putAlias, putMapping, updateIndexSettings } from '../cluster/indices.ts'
import { putPipeline } from '../cluster/pipelines.ts'
import { putComponentTemplate, putIndexTemplate, putLegacyTemplate } from '../cluster/templates.ts'
import { stringifyJson } from '../codec/json-exact.ts'
import { isJsonObject, type JsonObject } from '../codec/json-value.ts'
import { isFailure } from '../core/failure.ts'
import type { Change, Problem, Translated } from '../metadata/change.ts'
import { diffIndex, diffPipeline, diffTemplate, type Difference } from '../metadata/diff.ts'
import { mapMembers, objectMember, withMember } from '../metadata/json-edit.ts'
import { remedyOf, type Remedy } from '../metadata/remedy.ts'

/** What became of one object. */
export interface MigratedObject {
  readonly kind:
    | 'global metadata'
    | 'component template'
    | 'index template'
    | 'legacy template'
    | 'index'
    | 'data stream'
    | 'ingest pipeline'
  readonly name: string
  readonly outcome: 'created' | 'equal' | 'kept' | 'updated' | 'refused'
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
  /** How the object that the target had differs from the one wanted. */
  readonly differences: readonly Difference[]
  /** The target's words, when it refused. */
  readonly refusal?: string
  /** What a user can do then. */
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

/** One object on its way: what is wanted, and what the target has. */
export interface Candidate {
  readonly kind: Exclude<MigratedObject['kind'], 'data stream' | 'global metadata'>
  readonly name: string
  readonly translated: Pick<Translated, 'body' | 'changes' | 'problems'>
  readonly found: JsonObject | undefined
}

/** Writes one object unless the target has an equal one; what the target refuses is part of the result. */
export async function migrateObject(
  candidate: Candidate,
  policy: 'fail' | 'keep' | 'update',
  target: Cluster,
  signal: AbortSignal,
): Promise<MigratedObject> {
  const { kind, name, translated, found } = candidate
  const { body, changes, problems } = translated
  const differences = found === undefined ? [] : differ(kind)(body, found)
  const result = { kind, name, changes, problems, differences }
  if (found !== undefined && differences.length === 0) return { ...result, outcome: 'equal' }
  if (found !== undefined && policy === 'keep') return { ...result, outcome: 'kept' }
  if (found !== undefined && policy === 'fail') {
    return refusedObject(result, `the target has another one: ${inWords(differences)}`)
  }
  try {
    await write(candidate, differences, target, signal)
    return { ...result, outcome: found === undefined ? 'created' : 'updated' }
  } catch (error) {
    if (!isFailure(error, 'CLUSTER_REFUSED')) throw error
    return refusedObject(result, error.detail)
  }
}

function differ(kind: Candidate['kind']): (wanted: JsonObject, found: JsonObject) => Difference[] {
  if (kind === 'index') return diffIndex
  return kind === 'ingest pipeline' ? diffPipeline : diffTemplate
}

async function write(
  { kind, name, translated, found }: Candidate,
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

function inWords(differences: readonly Difference[]): string {
  const shown = differences.slice(0, 3).map(({ path, wanted, found }) => {
    const text = (value: Difference['wanted']): string =>
      value === undefined ? 'nothing' : stringifyJson(value).slice(0, 60)
    return `${path} is ${text(found)} instead of ${text(wanted)}`
  })
  return shown.join('; ') + (differences.length > 3 ? `; ${differences.length - 3} more` : '')
}
