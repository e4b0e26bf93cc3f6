import { isJsonObject, type JsonObject } from '../codec/json-value.ts'
import type { WantedObject } from './judge-object.ts'
import { priorityOf, patternsOf } from './wanted-templates.ts'

const WORDS = 'the target is going to refuse it'

/**
 * Why a target is going to refuse an index template: one of the same priority is for the same names, or a component is missing.
 * Undefined when nothing is foreseen. `templates` and `components` are what the target has then. Pure.
 * Source: OpenSearch `MetadataIndexTemplateService.addIndexTemplateV2`.
 */
export function foreseeTemplate(
  { name, translated: { body } }: Pick<WantedObject, 'name' | 'translated'>,
  templates: ReadonlyMap<string, JsonObject>,
  components: { has(name: string): boolean },
): string | undefined {
  const composed = body['composed_of']
  const parts: readonly unknown[] = Array.isArray(composed) ? composed : []
  const missing = parts.find((part): part is string => typeof part === 'string' && !components.has(part))
  if (missing !== undefined) return `${WORDS}: it is made of component template [${missing}] that does not exist`
  for (const [other, template] of templates) {
    if (other === name || priorityOf(template) !== priorityOf(body)) continue
    const both = patternsOf(body).find((mine) => patternsOf(template).some((theirs) => canMatchBoth(mine, theirs)))
    if (both === undefined) continue
    return `${WORDS}: index template ${other} has the same priority [${priorityOf(body)}], and both are for names like ${both}`
  }
  return undefined
}

/** Why a target is going to refuse an index: an alias of it has the name of an index there. Undefined when nothing is foreseen. */
export function foreseeIndex(
  { translated: { body } }: Pick<WantedObject, 'translated'>,
  isIndex: (name: string) => boolean,
): string | undefined {
  const aliases = body['aliases']
  const taken = Object.keys(isJsonObject(aliases) ? aliases : {}).find(isIndex)
  return taken === undefined ? undefined : `${WORDS}: it has an index of the name of alias [${taken}]`
}

/** True when a name exists that both patterns match; `*` is any text. */
export function canMatchBoth(left: string, right: string): boolean {
  // Row by row: whether the rest of `left` and each rest of `right` have a name in common.
  let below: boolean[] = []
  for (let l = left.length; l >= 0; l--) {
    const row: boolean[] = []
    for (let r = right.length; r >= 0; r--) {
      if (l === left.length && r === right.length) row[r] = true
      else if (left[l] === '*') row[r] = below[r]! || (r < right.length && row[r + 1]!)
      else if (right[r] === '*') row[r] = row[r + 1]! || (l < left.length && below[r]!)
      else row[r] = l < left.length && left[l] === right[r] && below[r + 1]!
    }
    below = row
  }
  return below[0]!
}
