/** Decisions that a configuration can take; each has a default that loses least. */
export interface TranslateOptions {
  /**
   * A field whose type the target does not have: `disable` keeps its values in the source, unsearchable; `drop` leaves the
   * field to dynamic mapping. Either way it is reported as a problem.
   */
  readonly unsupportedFields: 'disable' | 'drop'
  /** `_parent` of 1.x to 5.x: `join` adds a join field, which documents get filled; `routing` only keeps children with their parent. */
  readonly parents: 'routing' | 'join'
  /** Name of the join field that `parents: join` adds. */
  readonly joinField: string
  /** Name of the date field that gets the values of `_timestamp` (1.x and 2.x); false for none. */
  readonly timestampField: string | false
  /** Name of the date field that gets the time at which `_ttl` (1.x and 2.x) lets a document expire; false for none. */
  readonly ttlField: string | false
  /** Several mapping types of one index: `unite` their fields in one index, or `split` them into an index for each. */
  readonly types: 'unite' | 'split'
  /**
   * Analysed strings (1.x and 2.x) could be sorted and aggregated on, with their terms in the heap; true keeps that for the texts
   * that they become.
   */
  readonly stringFielddata: boolean
  /** Names of settings, `*` allowed, to send although the target is not known to have them (settings of own plugins). */
  readonly keepSettings: readonly string[]
  /** Allocation filters and total shards per node name nodes of the source; true sends them nevertheless. */
  readonly keepAllocation: boolean
}

/** What is done when a configuration says nothing. */
export const DEFAULT_TRANSLATE_OPTIONS: TranslateOptions = {
  unsupportedFields: 'disable',
  parents: 'join',
  joinField: 'join',
  timestampField: '_timestamp',
  ttlField: '_ttl',
  types: 'unite',
  stringFielddata: false,
  keepSettings: [],
  keepAllocation: false,
}
