import type { Change } from '../metadata/change.ts'
import { remedyInWords } from '../metadata/remedy.ts'
import { nameList } from '../repository/close-names.ts'
import type { MigrateMetadataData } from '../steps/migrate-metadata.ts'
import type { MigratedObject } from '../steps/migrate-object.ts'

/** What became of templates, indices, data streams and pipelines over all groups. */
export type MetadataAccount = MigrateMetadataData

/** The accounts of several groups as one; undefined when no metadata was migrated. */
export function metadataAccount(parts: readonly MigrateMetadataData[]): MetadataAccount | undefined {
  if (parts.length === 0) return undefined
  return { objects: parts.flatMap(({ objects }) => objects), leftOut: parts.flatMap(({ leftOut }) => leftOut) }
}

/** Names on a line before the others are counted. */
const NAMED = 5

/**
 * The account as lines: what the target refused and what helps, what the target had otherwise, what has no equivalent, and
 * each change with its rule and reason, those that several objects have alike on one line; then what was left out.
 */
export function metadataLines({ objects, leftOut }: MetadataAccount): string[] {
  return [
    ...objects.flatMap(refusalLines),
    ...objects.flatMap(differenceLines),
    ...alike(objects.flatMap(problemLines)),
    ...alike(objects.flatMap(changeLines)),
    ...alike(leftOut.map(({ kind, name, reason }) => ({ object: `${kind} ${name}`, text: `left out, it ${reason}` }))),
  ]
}

interface Line {
  readonly object: string
  readonly text: string
}

const nameOf = ({ kind, name }: MigratedObject): string => `${kind} ${name}`

function refusalLines(object: MigratedObject): string[] {
  const { refusal, remedy } = object
  if (refusal === undefined) return []
  return [`${nameOf(object)}: refused: ${refusal}${remedy === undefined ? '' : `. ${remedyInWords(remedy)}`}`]
}

/** Of a refused object they are in its refusal. */
function differenceLines(object: MigratedObject): string[] {
  const { outcome, differences } = object
  if (outcome === 'refused' || differences.length === 0) return []
  return [`${nameOf(object)}: ${outcome}, the target had another ${differences.map(({ path }) => path).join(', ')}`]
}

function problemLines(object: MigratedObject): Line[] {
  return object.problems.map(({ rule, path, detail, decision }) => ({
    object: nameOf(object),
    text: `no equivalent of ${path} (${rule}): ${detail}; ${decision}`,
  }))
}

const DEEDS: Readonly<Record<Change['action'], string>> = {
  changed: 'changed',
  dropped: 'dropped',
  approximated: 'approximated',
  'kept-different': 'kept, though it is understood differently,',
}

function changeLines(object: MigratedObject): Line[] {
  return object.changes.map(({ rule, action, path, reason }) => ({
    object: nameOf(object),
    text: `${DEEDS[action]} ${path === '' ? 'the whole' : path} (${rule}): ${reason}`,
  }))
}

/** One line for each text, with the objects that it is about. */
function alike(lines: readonly Line[]): string[] {
  const objects = new Map<string, Set<string>>()
  for (const { object, text } of lines) {
    const known = objects.get(text) ?? new Set()
    objects.set(text, known.add(object))
  }
  return [...objects].map(([text, names]) => `${nameList([...names], NAMED)}: ${text}`)
}
