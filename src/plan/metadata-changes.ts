import { stringifyJson } from '../codec/json-exact.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { jsonObject } from '../metadata/json-edit.ts'
import type { SourceIndex } from '../metadata/source-index.ts'
import { translateIndex } from '../metadata/translate-index.ts'
import type { TranslateOptions } from '../metadata/translate-options.ts'
import type { TargetVersion } from '../metadata/version-range.ts'
import type { PlannedChange } from './plan.ts'

/** Indices that a change names; the others are counted. */
const EXAMPLES = 5

/** Characters of different definitions that are translated for a plan; a run translates all. */
const MOST_CHARACTERS = 4 * 1024 * 1024

/** Settings whose value is another one in every index, so that it makes no difference between definitions. */
const OWN_SETTINGS = new Set(['index.uuid', 'index.creation_date', 'index.provided_name', 'index.history.uuid'])

/** Changes of several indices, and how many indices were not looked at because there are too many different ones. */
export interface MetadataChanges {
  readonly changes: readonly PlannedChange[]
  readonly notLookedAt: number
}

/**
 * What the rules for the target's version do to settings, mappings and aliases of several indices, with the reason: one entry
 * for each change that is alike, in the order of the first index that has it. Indices of the same definition, as those of one
 * template are, are translated once. Pure.
 */
export function metadataChanges(
  indices: Iterable<SourceIndex>,
  target: TargetVersion,
  options: Partial<TranslateOptions> = {},
): MetadataChanges {
  const alike = new Map<string, SourceIndex[]>()
  let characters = 0
  let notLookedAt = 0
  for (const index of indices) {
    const key = keyOf(index)
    const known = alike.get(key)
    if (known !== undefined) {
      known.push(index)
    } else if (alike.size === 0 || characters + key.length <= MOST_CHARACTERS) {
      characters += key.length
      alike.set(key, [index])
    } else {
      notLookedAt++
    }
  }
  const entries = new Map<string, { change: Omit<PlannedChange, 'indices' | 'examples'>; names: Set<string> }>()
  for (const same of alike.values()) {
    for (const change of changesOf(same[0]!, target, options)) {
      const key = JSON.stringify(change)
      const entry = entries.get(key) ?? { change, names: new Set() }
      entries.set(key, entry)
      for (const { name } of same) entry.names.add(name)
    }
  }
  const changes = [...entries.values()].map(({ change, names }) => ({
    ...change,
    indices: names.size,
    examples: [...names].slice(0, EXAMPLES),
  }))
  return { changes, notLookedAt }
}

function changesOf(
  index: SourceIndex,
  target: TargetVersion,
  options: Partial<TranslateOptions>,
): Omit<PlannedChange, 'indices' | 'examples'>[] {
  const { changes, problems } = translateIndex(index, target, options)
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

/** The same text for indices that are translated alike. */
function keyOf({ createdVersion, settings, mappings, aliases, routingNumShards }: SourceIndex): string {
  const common = [...settings].map(([name, value]) => (OWN_SETTINGS.has(name) ? [name] : [name, value]))
  const content = mappings.map(({ type, mapping }) => [type, textOf(mapping)])
  return JSON.stringify([createdVersion, common, content, textOf(jsonObject(aliases)), routingNumShards])
}

/** A text that tells values apart; the quick way, which is right for a key, knows no big integers. */
function textOf(value: JsonObject): string {
  try {
    return JSON.stringify(value)
  } catch {
    return stringifyJson(value)
  }
}
