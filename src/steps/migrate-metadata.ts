import { getIndex } from '../cluster/indices.ts'
import { getPipelines } from '../cluster/pipelines.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { counted, formatCount } from '../core/units.ts'
import { judgeAlias } from '../metadata/judge-object.ts'
import { remedyInWords } from '../metadata/remedy.ts'
import { aliasesOfStreams, templatesForStreams } from '../metadata/select-templates.ts'
import { namesPipeline, wantedIndex, type TranslatedIndex } from '../metadata/wanted-indices.ts'
import { streamsOf } from '../plan/plan.ts'
import type { GlobalMetadata } from '../repository/global-metadata.ts'
import { judgedObject, migrateObject, refusedObject, type MigratedObject } from './migrate-object.ts'
import { migratePipelines } from './migrate-pipelines.ts'
import { migrateStreams } from './migrate-streams.ts'
import { chosenTemplates, migrateTemplates } from './migrate-templates.ts'
import { migrationOf } from './plan-parts.ts'
import type { Step, StepContext } from './step.ts'
import { openTranslation, translatedIndices, type Translation } from './translation.ts'

/** What Migrate Metadata leaves behind. */
export interface MigrateMetadataData {
  readonly objects: readonly MigratedObject[]
  /** Templates and aliases that were not moved, with the reason. */
  readonly leftOut: readonly { readonly kind: string; readonly name: string; readonly reason: string }[]
}

type Done = (object: MigratedObject) => void

/**
 * Creates pipelines, templates, indices and data streams of a group on the target, in the order in which they depend on each
 * other, translated to its version. Idempotent: an equal object is left alone; a different one follows `existingIndex`.
 * `METADATA_CONFLICT` and `METADATA_REFUSED` name the first object and how many more there are, after all others have been
 * tried, and have what became of each as their data; with `onRefused: continue` the step ends with `rejects` instead, and refused indices get no documents.
 */
export const migrateMetadata: Step = async (input, context) => {
  const { signal } = context
  const translation = await openTranslation(input, context)
  const { group } = translation
  const migration = migrationOf(input.plan, input.step)
  const objects: MigratedObject[] = []
  const done: Done = (object) => {
    objects.push(object)
    context.progress({ message: counted(objects.length, 'object') })
  }
  // Templates and pipelines belong to no group, so the first group that migrates metadata brings them.
  const due = migration.groups.filter(({ metadata, doneBefore }) => metadata.enabled && doneBefore === undefined)
  const first = due[0]?.id === group.id
  const leftOut = await migrateGlobal(translation, first, done, context)
  await migrateIndices(translation, done, signal)
  await migrateStreams(translation, done, signal)
  report(objects, leftOut, context)
  const refused = objects.filter((object) => object.outcome === 'refused')
  const data: MigrateMetadataData = { objects, leftOut }
  if (refused.length > 0 && group.metadata.onRefused !== 'continue') throw refusal(refused, migration.target, data)
  return { result: refused.length === 0 ? 'done' : 'rejects', summary: inWords(objects), data }
}

/** What the global metadata of the snapshot has; where that cannot be read, only indices are migrated, and `onRefused` decides. */
async function migrateGlobal(
  translation: Translation,
  first: boolean,
  done: Done,
  { signal }: StepContext,
): Promise<MigrateMetadataData['leftOut']> {
  const { snapshot, group } = translation
  const streams = streamsOf(group)
  if (!first && streams.size === 0) return []
  let global: GlobalMetadata
  try {
    global = await snapshot.globalMetadata(signal)
  } catch (error) {
    if (!isFailure(error, 'BLOB_CORRUPT', 'BLOB_NOT_FOUND')) throw error
    if (group.metadata.onRefused !== 'continue') throw error
    done(refusedObject({ kind: 'global metadata', name: snapshot.name }, error.message))
    return []
  }
  const selection = chosenTemplates(global, translation)
  if (first) await migratePipelines(global, translation, done, signal)
  // Groups run side by side, so those of streams may be needed before the first group has brought them.
  await migrateTemplates(first ? selection : templatesForStreams(selection, streams.keys()), translation, done, signal)
  const aliases = [...global.dataStreamAliases].map(([name, { dataStreams }]) => [name, dataStreams] as const)
  return [...(first ? selection.leftOut : []), ...aliasesOfStreams(aliases, streams)]
}

async function migrateIndices(translation: Translation, done: Done, signal: AbortSignal): Promise<void> {
  const { target, group } = translation
  let pipelines: ReadonlySet<string> | undefined
  for (const { name: source, stream, documents, unreadable } of group.indices) {
    if (unreadable !== undefined) done(refusedObject({ kind: 'index', name: source }, unreadable))
    if (stream !== undefined || unreadable !== undefined) continue
    let parts: readonly TranslatedIndex[]
    try {
      parts = await translatedIndices(translation, source, signal)
    } catch (error) {
      if (!isFailure(error, 'BLOB_CORRUPT', 'BLOB_NOT_FOUND') || group.metadata.onRefused !== 'continue') throw error
      done(refusedObject({ kind: 'index', name: source }, error.message))
      continue
    }
    for (const part of parts) {
      if (namesPipeline(part.translated)) pipelines ??= new Set(Object.keys(await getPipelines(target, signal)))
      const wanted = wantedIndex(part, pipelines ?? new Set(), parts.length > 1 ? undefined : documents)
      const { name } = wanted
      const there = await getIndex(target, name, signal)
      if (there !== undefined && there.name !== name) {
        const { changes, problems } = wanted.translated
        done(judgedObject({ kind: 'index', name, changes, problems }, judgeAlias(there.name)))
        continue
      }
      // Parsed from the target's JSON by the client, so the members are JSON values.
      const found = there as JsonObject | undefined
      done(await migrateObject(wanted, found, group.metadata.existingIndex, target, signal))
    }
  }
}

function report(
  objects: readonly MigratedObject[],
  leftOut: MigrateMetadataData['leftOut'],
  context: StepContext,
): void {
  for (const { kind, name, outcome, changes, problems, refusal: words, remedy } of objects) {
    context.log(
      words === undefined ? 'info' : 'error',
      `${kind} ${name}: ${outcome}${words === undefined ? '' : `: ${words}`}`,
    )
    if (remedy !== undefined) context.log('warning', `${kind} ${name}: ${remedyInWords(remedy)}`)
    for (const change of changes) {
      context.log('info', `${kind} ${name}: ${change.path} ${change.action} (${change.rule}): ${change.reason}`)
    }
    for (const problem of problems) {
      context.log(
        'warning',
        `${kind} ${name}: ${problem.path} (${problem.rule}): ${problem.detail} ${problem.decision}`,
      )
    }
  }
  for (const { kind, name, reason } of leftOut) context.log('info', `${kind} ${name}: left out, it ${reason}`)
}

function inWords(objects: readonly MigratedObject[]): string {
  const parts = (['created', 'updated', 'equal', 'kept', 'refused'] as const).flatMap((outcome) => {
    const count = objects.filter((object) => object.outcome === outcome).length
    return count === 0 ? [] : [`${formatCount(count)} ${outcome}`]
  })
  const changes = objects.reduce((total, object) => total + object.changes.length, 0)
  return `${parts.length === 0 ? 'nothing to do' : parts.join(', ')}; ${counted(changes, 'change')} for the target's version`
}

function refusal(refused: readonly MigratedObject[], target: string, data: MigrateMetadataData): Failure {
  const first = refused[0]!
  const conflict = first.differences.length > 0
  const remedy = first.remedy === undefined ? '' : `${remedyInWords(first.remedy)} `
  const more =
    refused.length === 1
      ? ''
      : `; ${counted(refused.length - 1, 'more object is', 'more objects are')} named in the report`
  return new Failure(conflict ? 'METADATA_CONFLICT' : 'METADATA_REFUSED', `${first.refusal ?? ''}${more}`, {
    op: 'migrate',
    subject: `${first.kind} ${first.name} to target ${target}`,
    data,
    hint: conflict
      ? 'Remove the object from the target, or set metadataMigration.existingIndex to keep or update; then workflow resume.'
      : `${remedy}See workflow report for every refusal and the rules that were applied.`,
  })
}
