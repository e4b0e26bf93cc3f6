import type { Judgement, WantedObject } from '../metadata/judge-object.ts'
import { remedyOf } from '../metadata/remedy.ts'
import type { ObjectChange, PlannedObject } from './plan.ts'

/** What is going to be written, unless the target will not take it. */
export function unlessRefused<J extends Judgement | 'unknown'>(
  judgement: J,
  foresee: () => string | undefined,
): J | Judgement {
  if (judgement === 'unknown' || !isWritten(judgement)) return judgement
  const refusal = foresee()
  return refusal === undefined ? judgement : { ...refusedFor(refusal), differences: judgement.differences }
}

/** True when the target will have the object as it is wanted. */
export function isWritten(judgement: Judgement | 'unknown'): boolean {
  return judgement !== 'unknown' && (judgement.outcome === 'created' || judgement.outcome === 'updated')
}

/** The end of an object that is refused for that reason. */
export function refusedFor(refusal: string): Judgement {
  return { outcome: 'refused', differences: [], refusal }
}

/** An object as a plan shows it. */
export function plannedObject(
  { kind, name, translated }: Pick<PlannedObject, 'kind' | 'name'> & Partial<Pick<WantedObject, 'translated'>>,
  judgement: Judgement | 'unknown',
  changes: readonly ObjectChange[] = [],
): PlannedObject {
  if (judgement === 'unknown') return { kind, name, outcome: 'unknown' }
  const { outcome, differences, refusal } = judgement
  const refused = { kind, name, changes: translated?.changes ?? [] }
  return {
    kind,
    name,
    outcome,
    ...(differences.length === 0 ? {} : { differences }),
    ...(refusal === undefined ? {} : { refusal, remedy: remedyOf(refusal, refused) }),
    ...(changes.length === 0 ? {} : { changes }),
  }
}
