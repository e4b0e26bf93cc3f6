import { addToGroup } from '../core/groups.ts'
import { formatCount } from '../core/units.ts'
import { inWords } from '../metadata/judge-object.ts'
import { remedyInWords } from '../metadata/remedy.ts'
import { nameList } from '../repository/close-names.ts'
import type { PlannedObject } from '../plan/plan.ts'

/** Names on a line before the others are counted. */
const NAMED = 5

const DEEDS: Readonly<Record<PlannedObject['outcome'], string>> = {
  created: 'to be created',
  equal: 'there and equal, left alone',
  kept: 'there and different, kept as the target has it',
  updated: 'there and different, to be updated',
  refused: 'refused',
  unknown: 'there; too many to be compared here, Migrate Metadata compares them',
}

/**
 * What Migrate Metadata is going to do with its objects, as lines: what will be refused and why, what the target has otherwise, at
 * most `shown` of them; how many are made or left alone; what is changed in templates and pipelines, alike ones together.
 */
export function forecastLines(objects: readonly PlannedObject[], shown: number): string[] {
  const refused = objects.filter(({ outcome }) => outcome === 'refused')
  const different = objects.filter(({ outcome, differences }) => outcome !== 'refused' && differences !== undefined)
  return [
    ...cut(refused.map(refusalLine), shown),
    ...cut(different.map(differenceLine), shown),
    ...countLines(objects.filter(({ outcome, differences }) => outcome !== 'refused' && differences === undefined)),
    ...cut(changeLines(objects), shown),
  ]
}

function refusalLine({ kind, name, refusal, remedy }: PlannedObject): string {
  return `⚠ ${kind} ${name}: refused: ${refusal ?? ''}${remedy === undefined ? '' : `. ${remedyInWords(remedy)}`}`
}

function differenceLine({ kind, name, outcome, differences }: PlannedObject): string {
  return `- ${kind} ${name}: ${DEEDS[outcome]}: ${inWords(differences ?? [])}`
}

function countLines(objects: readonly PlannedObject[]): string[] {
  const groups = new Map<string, string[]>()
  for (const { kind, name, outcome } of objects) addToGroup(groups, `${kind}/${outcome}`, name)
  return [...groups].map(([key, names]) => {
    const [kind, outcome] = key.split('/') as [string, PlannedObject['outcome']]
    const what = names.length === 1 ? kind : `${formatCount(names.length)} ${plural(kind)}`
    return `${outcome === 'unknown' ? '⚠' : '-'} ${what} ${nameList(names, NAMED)}: ${DEEDS[outcome]}`
  })
}

function changeLines(objects: readonly PlannedObject[]): string[] {
  const alike = new Map<string, string[]>()
  const parts = objects.flatMap(({ kind, name, changes = [] }) => changes.map((change) => ({ kind, name, change })))
  for (const { kind, name, change } of parts) {
    const { action, path, reason } = change
    addToGroup(alike, JSON.stringify([action, path === '' ? 'the whole' : path, reason]), `${kind} ${name}`)
  }
  return [...alike].map(([text, names]) => {
    const [action, path, reason] = JSON.parse(text) as [string, string, string]
    return `${action === 'problem' ? '⚠' : '-'} ${path} (${action}, ${nameList(names, NAMED)}): ${reason}`
  })
}

function cut(lines: readonly string[], shown: number): string[] {
  const hidden = lines.length - shown
  return hidden > 0 ? [...lines.slice(0, shown), `… and ${formatCount(hidden)} more; -o json has all`] : [...lines]
}

function plural(kind: string): string {
  return kind === 'index' ? 'indices' : `${kind}s`
}
