/** Rights that a run needs to change something, by the names of the actions, which both products share. */
export interface NeededRights {
  readonly cluster: readonly string[]
  /** Rights on indices; empty on a source. */
  readonly index: readonly string[]
  /** An index that the run will write; undefined when none is known. */
  readonly indexName: string | undefined
}

/** What a cluster says of rights when it is asked without changing anything. */
export type RightsAnswer =
  | { readonly kind: 'unrestricted'; readonly why: string }
  | { readonly kind: 'told'; readonly missing: readonly string[]; readonly user?: string }
  | { readonly kind: 'untried'; readonly why: string }

/** Rights on a target. */
export const TARGET_RIGHTS = {
  cluster: ['indices:admin/index_template/put', 'cluster:admin/component_template/put', 'indices:data/write/bulk'],
  index: [
    'indices:admin/create',
    'indices:admin/mapping/put',
    'indices:admin/settings/update',
    'indices:admin/refresh',
    'indices:data/write/index',
    'indices:data/write/bulk*',
    'indices:data/read/search',
  ],
} as const
