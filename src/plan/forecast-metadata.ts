import { isFailure } from '../core/failure.ts'
import { foreseeTemplate } from '../metadata/foreseen-refusals.ts'
import { judgeObject, judgeStream, type ExistingPolicy, type WantedObject } from '../metadata/judge-object.ts'
import { templatesForStreams, type TemplateSelection } from '../metadata/select-templates.ts'
import { chosenPipelines, templateOfStream, wantedPipelines, wantedTemplates } from '../metadata/wanted-templates.ts'
import { forecastIndices, type GroupForecast } from './forecast-indices.ts'
import { changesOf } from './metadata-changes.ts'
import { streamsOf, type PlannedMetadata, type PlannedObject } from './plan.ts'
import { isWritten, plannedObject, refusedFor, unlessRefused } from './planned-object.ts'
import type { ResolvedIndices } from './resolve-indices.ts'
import { definitionsLike, type TargetState } from './target-state.ts'

/** What the templates of a group's configuration are chosen from. */
export interface GlobalSource extends Pick<ResolvedIndices, 'pipelines' | 'version'> {
  selection(group: Pick<GroupForecast, 'metadata'>): Promise<TemplateSelection>
}

/**
 * What Migrate Metadata is going to do with every object of a migration, in its order: translated and judged by the same
 * functions, by what the target has now and what is going to be written before. Only the target itself can refuse more. Without
 * `global` the snapshot has no templates and pipelines.
 */
export async function forecastMetadata(
  groups: readonly GroupForecast[],
  global: GlobalSource | undefined,
  snapshot: string,
  target: TargetState,
): Promise<readonly PlannedObject[]> {
  const objects: PlannedObject[] = []
  for (const [position, group] of groups.entries()) {
    if (global !== undefined) objects.push(...(await globalObjects(group, position === 0, global, snapshot, target)))
    objects.push(...(await forecastIndices(group, target)))
    objects.push(...(await streamObjects(group, target)))
  }
  // A later group with data streams finds its templates as the first one has left them.
  const known = new Set<string>()
  return objects.filter(({ kind, name, group }) => {
    if (group !== undefined) return true
    const key = `${kind} ${name}`
    return !known.has(key) && known.add(key)
  })
}

async function globalObjects(
  group: GroupForecast,
  first: boolean,
  global: GlobalSource,
  snapshot: string,
  target: TargetState,
): Promise<PlannedObject[]> {
  const streams = streamsOf(group)
  if (!first && streams.size === 0) return []
  const { metadata } = group
  try {
    const selection = await global.selection(group)
    const chosen = first ? selection : templatesForStreams(selection, streams.keys())
    return [
      ...(first ? await pipelineObjects(metadata, global, target) : []),
      ...(await written(
        wantedTemplates(chosen, global.version, await target.version(), metadata.options),
        metadata.existingIndex,
        target,
      )),
    ]
  } catch (error) {
    if (!isFailure(error, 'BLOB_CORRUPT', 'BLOB_NOT_FOUND')) throw error
    return [plannedObject({ kind: 'global metadata', name: snapshot }, refusedFor(error.message))]
  }
}

async function pipelineObjects(
  { ingestPipelines, existingIndex }: PlannedMetadata,
  { pipelines }: GlobalSource,
  target: TargetState,
): Promise<PlannedObject[]> {
  if (ingestPipelines === undefined) return []
  const all = await pipelines()
  if (chosenPipelines(all, ingestPipelines).length === 0) return []
  return written(wantedPipelines(all, ingestPipelines, await target.processors()), existingIndex, target)
}

/** Judges objects that the target has lists of, and writes down what it will have then. */
async function written(
  wanted: readonly WantedObject[],
  policy: ExistingPolicy,
  target: TargetState,
): Promise<PlannedObject[]> {
  const objects: PlannedObject[] = []
  for (const one of wanted) {
    const there = await definitionsLike(target, one)
    const { 'index template': templates, 'component template': components } = await target.templates()
    const judgement = unlessRefused(judgeObject(one, there.get(one.name), policy), () =>
      one.kind === 'index template' ? foreseeTemplate(one, templates, components) : undefined,
    )
    objects.push(plannedObject(one, judgement, changesOf(one.translated)))
    if (isWritten(judgement)) there.set(one.name, one.translated.body)
  }
  return objects
}

async function streamObjects(group: GroupForecast, target: TargetState): Promise<PlannedObject[]> {
  const { id, metadata, translated } = group
  const objects: PlannedObject[] = []
  for (const [name, indices] of streamsOf(group)) {
    const newest = translated.parts.get(indices.at(-1)!)?.[0]
    const judgement = judgeStream((await target.streams()).get(name), metadata.existingIndex)
    if (judgement.outcome === 'created' && newest !== undefined && 'translated' in newest) {
      const own = templateOfStream(name, newest.translated, (await target.templates())['index template'])
      if (own !== undefined) objects.push(...(await written([own], 'update', target)))
    }
    objects.push({ ...plannedObject({ kind: 'data stream', name }, judgement), group: id })
  }
  return objects
}
