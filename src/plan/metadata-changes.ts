import { stringifyJson } from '../codec/json-exact.ts'
import type { JsonObject } from '../codec/json-value.ts'
import type { Translated } from '../metadata/change.ts'
import { jsonObject } from '../metadata/json-edit.ts'
import type { SourceIndex } from '../metadata/source-index.ts'
import { namesOfParts, translateParts, type IndexTreatment, type TranslatedIndex } from '../metadata/wanted-indices.ts'
import type { TargetVersion } from '../metadata/version-range.ts'
import type { ObjectChange, PlannedChange } from './plan.ts'

/** Indices that a change names; the others are counted. */
const EXAMPLES = 5

/** Characters of different definitions that are translated for a plan; a run translates all. */
const MOST_CHARACTERS = 4 * 1024 * 1024

/** Settings whose value is another one in every index, so that it makes no difference between definitions. */
const OWN_SETTINGS = new Set(['index.uuid', 'index.creation_date', 'index.provided_name', 'index.history.uuid'])

/** Several indices in the words of the target. */
export interface TranslatedIndices {
  /** One entry for each change that is alike, in the order of the first index that has it. */
  readonly changes: readonly PlannedChange[]
  /** Indices whose changes were not looked at because there are too many different ones. */
  readonly notLookedAt: number
  /** By the name of the index, the indices of the target that it becomes; without a translation where it was not looked at. */
  readonly parts: ReadonlyMap<string, readonly (TranslatedIndex | { readonly name: string })[]>
}

/**
 * What the rules for the target's version and the wishes of a configuration do to settings, mappings and aliases of several
 * indices, with the reason. Indices of the same definition, as those of one template are, are translated once. Pure.
 */
export function translateForPlan(
  indices: Iterable<SourceIndex>,
  target: TargetVersion,
  treatment: IndexTreatment = {},
): TranslatedIndices {
  const translations = new Map<string, readonly TranslatedIndex[]>()
  const parts = new Map<string, readonly (TranslatedIndex | { readonly name: string })[]>()
  const entries = new Map<string, { change: ObjectChange; names: Set<string> }>()
  const namesOf = new Map<string, string[]>()
  let characters = 0
  let notLookedAt = 0
  for (const index of indices) {
    const key = keyOf(index)
    const names = namesOfParts(index, treatment)
    let known = translations.get(key)
    if (known === undefined && (translations.size === 0 || characters + key.length <= MOST_CHARACTERS)) {
      characters += key.length
      known = translateParts(index, target, treatment)
      translations.set(key, known)
      namesOf.set(key, [])
    }
    if (known === undefined) notLookedAt++
    else namesOf.get(key)!.push(index.name)
    const translated = known
    parts.set(
      index.name,
      names.map((name, at) => (translated === undefined ? { name } : { name, translated: translated[at]!.translated })),
    )
  }
  for (const [key, same] of translations) {
    for (const change of same.flatMap(({ translated }) => changesOf(translated))) {
      const text = JSON.stringify(change)
      const entry = entries.get(text) ?? { change, names: new Set() }
      entries.set(text, entry)
      for (const name of namesOf.get(key)!) entry.names.add(name)
    }
  }
  const changes = [...entries.values()].map(({ change, names }) => ({
    ...change,
    indices: names.size,
    examples: [...names].slice(0, EXAMPLES),
  }))
  return { changes, notLookedAt, parts }
}

/** What was done to one object, and what has no equivalent. */
export function changesOf({ changes, problems }: Pick<Translated, 'changes' | 'problems'>): ObjectChange[] {
  return [
    ...changes.map(({ rule, action, path, reason }) => ({ rule, action, path, reason })),
    ...problems.map(({ rule, path, detail, decision }) => ({
      rule,
      action: 'problem' as const,
      path,
      reason: `${detail} ${decision}`,
    })),
  ]
}

/** The same text for indices that are translated alike: lines of JSON, which has no line breaks of its own. */
function keyOf({ createdVersion, settings, mappings, aliases, routingNumShards }: SourceIndex): string {
  const common = [...settings].map(([name, value]) => (OWN_SETTINGS.has(name) ? [name] : [name, value]))
  const lines = [JSON.stringify([createdVersion, common, routingNumShards]), textOf(jsonObject(aliases))]
  for (const { type, mapping } of mappings) lines.push(JSON.stringify(type), textOf(mapping))
  return lines.join('\n')
}

/** A text that tells values apart; the quick way, which is right for a key, knows no big integers. */
export function textOf(value: JsonObject): string {
  try {
    return JSON.stringify(value)
  } catch {
    return stringifyJson(value)
  }
}
