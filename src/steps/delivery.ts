import type { Delivery } from '../coordination/work-store.ts'
import { joinFieldOf } from '../metadata/parents.ts'
import { typeIndexName, typesToSplit } from '../metadata/split-types.ts'
import { timeFieldsOf } from '../metadata/time-fields.ts'
import { DEFAULT_TRANSLATE_OPTIONS } from '../metadata/translate-options.ts'
import type { PlannedIndex, PlannedMetadata } from '../plan/plan.ts'
import type { IndexMetadata } from '../repository/index-metadata.ts'

/** What the documents of an index need to fit the target; undefined when they are copied as they are. */
export function deliveryOf(
  { mappings }: Pick<IndexMetadata, 'mappings'>,
  { stream }: Pick<PlannedIndex, 'stream'>,
  { enabled, options }: Pick<PlannedMetadata, 'enabled' | 'options'>,
): Delivery | undefined {
  if (stream !== undefined) return { stream }
  const decided = { ...DEFAULT_TRANSLATE_OPTIONS, ...(enabled ? {} : UNASKED), ...options }
  const split = decided.types === 'split' && typesToSplit({ mappings }).length > 0
  // Parents and children of different indices cannot be joined.
  const join = split ? undefined : joinFieldOf(mappings, decided)
  const times = timeFieldsOf(mappings, decided)
  if (!split && join === undefined && times.length === 0) return undefined
  return {
    ...(split && { split }),
    ...(join !== undefined && { joinField: join.name }),
    ...(times.length > 0 && { times: Object.fromEntries(times.map(({ from, name }) => [from, name])) }),
  }
}

/** Without metadata migration the target's mapping is the user's own, so fields of ours have to be asked for. */
const UNASKED = { parents: 'routing', timestampField: false, ttlField: false } as const

/** The index or data stream of the target that takes a document of `type`. */
export function destination(index: string, type: string | undefined, delivery: Delivery | undefined): string {
  if (delivery?.split === true && type !== undefined) return typeIndexName(index, type)
  return delivery?.stream ?? index
}
