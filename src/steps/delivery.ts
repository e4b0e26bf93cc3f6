import type { Delivery } from '../coordination/work-store.ts'
import { joinFieldOf } from '../metadata/parents.ts'
import { typeIndexName, typesToSplit } from '../metadata/split-types.ts'
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
  const decided = { ...DEFAULT_TRANSLATE_OPTIONS, ...options }
  // Parents and children of different indices cannot be joined.
  if (decided.types === 'split' && typesToSplit({ mappings }).length > 0) return { split: true }
  // Without metadata migration the target's mapping is the user's own, so a join field has to be asked for.
  if (!enabled && options?.parents === undefined) return undefined
  const join = joinFieldOf(mappings, decided)
  return join === undefined ? undefined : { joinField: join.name }
}

/** The index or data stream of the target that takes a document of `type`. */
export function destination(index: string, type: string | undefined, delivery: Delivery | undefined): string {
  if (delivery?.split === true && type !== undefined) return typeIndexName(index, type)
  return delivery?.stream ?? index
}
