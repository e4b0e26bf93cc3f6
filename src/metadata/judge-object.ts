import { stringifyJson } from '../codec/json-exact.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { counted } from '../core/units.ts'
import type { Translated } from './change.ts'
import { diffIndex, diffPipeline, diffTemplate, type Difference } from './diff.ts'

/** What is written to a target as metadata. */
export type MovedKind =
  'component template' | 'index template' | 'legacy template' | 'index' | 'data stream' | 'ingest pipeline'

/** What is done about an object that the target has already, and that differs. */
export type ExistingPolicy = 'fail' | 'keep' | 'update'

/** An object as it is wanted on the target. */
export interface WantedObject {
  readonly kind: Exclude<MovedKind, 'data stream'>
  readonly name: string
  readonly translated: Pick<Translated, 'body' | 'changes' | 'problems'>
}

/** What becomes of a wanted object, unless the target itself refuses it. */
export interface Judgement {
  readonly outcome: 'created' | 'equal' | 'kept' | 'updated' | 'refused'
  /** How the object that the target has differs from the one wanted. */
  readonly differences: readonly Difference[]
  /** Why it is refused. */
  readonly refusal?: string
}

/** Differences that a refusal names; the others are counted. */
const NAMED = 3
/** Characters of a value in a refusal. */
const SHOWN = 60

/** Judges a wanted object by what the target has under its name; `found` is its definition there, undefined for none. Pure. */
export function judgeObject(
  { kind, translated }: Pick<WantedObject, 'kind' | 'translated'>,
  found: JsonObject | undefined,
  policy: ExistingPolicy,
): Judgement {
  if (found === undefined) return { outcome: 'created', differences: [] }
  const differences = differ(kind)(translated.body, found)
  if (differences.length === 0) return { outcome: 'equal', differences }
  if (policy === 'fail') {
    return { outcome: 'refused', differences, refusal: `the target has another one: ${inWords(differences)}` }
  }
  return { outcome: policy === 'keep' ? 'kept' : 'updated', differences }
}

/** Judges an index whose name is that of an alias or a data stream of the target, of index `other`. Pure. */
export function judgeAlias(other: string): Judgement {
  return {
    outcome: 'refused',
    differences: [],
    refusal: `the target has an alias of that name, of index ${other}`,
  }
}

/**
 * Judges a data stream by the number of documents that the target's stream of its name has, undefined when there is none. An
 * empty one is as good as a new one; others take more documents only where the configuration says so. Pure.
 */
export function judgeStream(documents: number | undefined, policy: ExistingPolicy): Judgement {
  if (documents === undefined) return { outcome: 'created', differences: [] }
  if (documents === 0) return { outcome: 'equal', differences: [] }
  const differences = [{ path: 'documents', wanted: 0, found: documents }]
  if (policy !== 'fail') return { outcome: 'kept', differences }
  return { outcome: 'refused', differences, refusal: `the target has one with ${counted(documents, 'document')}` }
}

function differ(kind: WantedObject['kind']): (wanted: JsonObject, found: JsonObject) => Difference[] {
  if (kind === 'index') return diffIndex
  return kind === 'ingest pipeline' ? diffPipeline : diffTemplate
}

/** The first differences as a sentence. */
export function inWords(differences: readonly Difference[]): string {
  const shown = differences.slice(0, NAMED).map(({ path, wanted, found }) => {
    const text = (value: Difference['wanted']): string =>
      value === undefined ? 'nothing' : stringifyJson(value).slice(0, SHOWN)
    return `${path} is ${text(found)} instead of ${text(wanted)}`
  })
  return shown.join('; ') + (differences.length > NAMED ? `; ${differences.length - NAMED} more` : '')
}
