import type { JsonObject } from '../codec/json-value.ts'
import { withoutOwnSettings } from '../metadata/diff.ts'
import { foreseeIndex } from '../metadata/foreseen-refusals.ts'
import {
  judgeAlias,
  judgeObject,
  type ExistingPolicy,
  type Judgement,
  type WantedObject,
} from '../metadata/judge-object.ts'
import { missingPipelines } from '../metadata/missing-pipelines.ts'
import { namesPipeline, wantedIndex, type TranslatedIndex } from '../metadata/wanted-indices.ts'
import { changesOf, textOf, type TranslatedIndices } from './metadata-changes.ts'
import type { ObjectChange, PlannedIndex, PlannedMetadata, PlannedObject } from './plan.ts'
import { isWritten, plannedObject, refusedFor, unlessRefused } from './planned-object.ts'
import type { TargetState } from './target-state.ts'

/** A group that migrates metadata, with its indices in the words of the target. */
export interface GroupForecast {
  readonly id: string
  readonly metadata: PlannedMetadata
  readonly indices: readonly PlannedIndex[]
  readonly translated: TranslatedIndices
}

/** Characters of definitions of the target that are compared for a plan; a run compares all. */
const MOST_COMPARED = 64 * 1024 * 1024

/** What is going to be done with the indices of a group that are not behind data streams. */
export async function forecastIndices(group: GroupForecast, target: TargetState): Promise<PlannedObject[]> {
  const { id, metadata, indices, translated } = group
  const names = await target.names()
  const own = indices.filter(({ stream }) => stream === undefined)
  const parts = new Map(own.map((index) => [index.name, translated.parts.get(index.name) ?? []]))
  const there = await target.indices(
    [...parts.values()].flat().flatMap(({ name }) => (names.get(name) === name ? [name] : [])),
  )
  const compare = comparison(metadata.existingIndex)
  const models = new Map<TranslatedIndex['translated'], Model>()
  const objects: PlannedObject[] = []
  for (const { name: source, unreadable } of own) {
    if (unreadable !== undefined) {
      objects.push({ ...plannedObject({ kind: 'index', name: source }, refusedFor(unreadable)), group: id })
      continue
    }
    for (const part of parts.get(source)!) {
      const { name } = part
      const found = target.written.get(name) ?? there.get(name)
      let judgement: Judgement | 'unknown' = found === undefined ? { outcome: 'created', differences: [] } : 'unknown'
      let model: Model | undefined
      if ('translated' in part) {
        model = models.get(part.translated) ?? (await modelOf(part, target))
        models.set(part.translated, model)
        const { wanted } = model
        judgement = unlessRefused(compare(model, found), () =>
          foreseeIndex(wanted, (alias) => names.get(alias) === alias),
        )
      }
      const holder = names.get(name)
      if (holder !== undefined && holder !== name) judgement = judgeAlias(holder)
      const object = { kind: 'index', name, ...(model && { translated: model.wanted.translated }) } as const
      objects.push({ ...plannedObject(object, judgement, model?.lacking), group: id })
      if (!isWritten(judgement) || model === undefined) continue
      target.written.set(name, model.wanted.translated.body)
      names.set(name, name)
    }
  }
  return objects
}

/** What indices that are translated alike have in common. */
interface Model {
  readonly wanted: WantedObject
  /** What its settings name and the target will not have. */
  readonly lacking: readonly ObjectChange[]
}

async function modelOf(part: TranslatedIndex, target: TargetState): Promise<Model> {
  const pipelines = namesPipeline(part.translated) ? new Set((await target.pipelines()).keys()) : new Set<string>()
  const lacking = changesOf({ changes: [], problems: missingPipelines(part.translated.body, pipelines) })
  return { wanted: wantedIndex(part, pipelines, undefined), lacking }
}

/** Judges an index; of those of the same definitions on both sides one, and of too many different ones none. */
function comparison(policy: ExistingPolicy): (model: Model, found: JsonObject | undefined) => Judgement | 'unknown' {
  const known = new Map<Model, Map<string, Judgement>>()
  let characters = 0
  return (model, found) => {
    if (found === undefined) return judgeObject(model.wanted, found, policy)
    const alike = known.get(model) ?? new Map<string, Judgement>()
    known.set(model, alike)
    const text = textOf(withoutOwnSettings(found))
    const before = alike.get(text)
    if (before !== undefined) return before
    characters += text.length
    if (characters > MOST_COMPARED) return 'unknown'
    const judgement = judgeObject(model.wanted, found, policy)
    alike.set(text, judgement)
    return judgement
  }
}
