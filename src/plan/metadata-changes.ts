import type { SourceIndex } from '../metadata/source-index.ts'
import { translateIndex } from '../metadata/translate-index.ts'
import type { TargetVersion } from '../metadata/version-range.ts'
import type { PlannedChange } from './plan.ts'

/** Indices that a change names; the others are counted. */
const EXAMPLES = 5

/**
 * What the rules for the target's version do to settings, mappings and aliases of several indices, with the reason: one entry
 * for each change that is alike, in the order of the first index that has it. Pure.
 */
export function metadataChanges(indices: Iterable<SourceIndex>, target: TargetVersion): PlannedChange[] {
  const alike = new Map<string, { change: Omit<PlannedChange, 'indices' | 'examples'>; names: string[] }>()
  for (const index of indices) {
    const { changes, problems } = translateIndex(index, target)
    const found = [
      ...changes.map(({ rule, action, path, reason }) => ({ rule, action, path, reason })),
      ...problems.map(({ rule, path, detail, decision }) => ({
        rule,
        action: 'problem' as const,
        path,
        reason: `${detail} ${decision}`,
      })),
    ]
    for (const change of found) {
      const key = JSON.stringify([change.rule, change.action, change.path, change.reason])
      const entry = alike.get(key) ?? { change, names: [] }
      alike.set(key, entry)
      entry.names.push(index.name)
    }
  }
  return [...alike.values()].map(({ change, names }) => ({
    ...change,
    indices: new Set(names).size,
    examples: [...new Set(names)].slice(0, EXAMPLES),
  }))
}
