import type { Distribution } from '../servers/recipes.ts'

/** A server of a migration. */
export interface Member {
  readonly distribution: Distribution
  readonly version: string
}

/** A source version, with what its data set holds that cannot be moved document by document: index and reason. */
export interface SourceMember extends Member {
  readonly leftOut: Readonly<Record<string, string>>
  /** Indices whose sources are switched off, so that their documents are rebuilt, and compared by their columns. */
  readonly rebuilt: readonly string[]
}

/** A target version with the source versions that are migrated into it. */
export interface TargetPairs {
  readonly target: Member
  readonly sources: readonly SourceMember[]
}

const SOURCELESS = { nosource: 'its sources are switched off', nosource_nested: 'its sources are switched off' }
const TYPED = {
  ...SOURCELESS,
  loose: 'its sources are not strictly JSON, and the target refuses them with a reason each',
}
/** Indices whose mapping types have identifiers in common up to Elasticsearch 5, so that each type gets an index of its own. */
export const SPLIT: readonly string[] = ['types', 'parent']

/** Documents with one identifier and several routings, which lie in different shards, can meet in one shard of the target. */
const ROUTED = { routed: 'the source computes shards in another way, and documents with one identifier can meet' }

const elasticsearch = (version: string, leftOut: SourceMember['leftOut'] = SOURCELESS): SourceMember => ({
  distribution: 'elasticsearch',
  version,
  leftOut,
  rebuilt: [],
})
const opensearch = (version: string): SourceMember => ({
  distribution: 'opensearch',
  version,
  leftOut: SOURCELESS,
  rebuilt: [],
})
/** A source whose documents without sources are rebuilt. */
const rebuilding = (member: SourceMember): SourceMember => ({
  ...member,
  leftOut: {},
  rebuilt: Object.keys(SOURCELESS),
})

/** Releases of Elasticsearch that are each filled once and migrated into every target. */
export const ELASTICSEARCH_SOURCES: readonly SourceMember[] = [
  elasticsearch('1.7.6', { ...TYPED, ...ROUTED }),
  elasticsearch('2.4.6', TYPED),
  elasticsearch('5.6.16', TYPED),
  ...['6.8.23', '7.10.2', '7.17.29', '8.19.0', '9.0.0', '9.5.3'].map((version) => rebuilding(elasticsearch(version))),
]

/** Releases of OpenSearch that are each filled once and migrated into every target. */
export const OPENSEARCH_SOURCES: readonly SourceMember[] = ['1.3.14', '2.11.1', '2.19.4', '3.8.0'].map((version) =>
  rebuilding(opensearch(version)),
)

/** Targets of the matrix. */
export const TARGETS: readonly Member[] = [
  { distribution: 'opensearch', version: '2.19.4' },
  { distribution: 'opensearch', version: '3.8.0' },
]

/** Every pair that `test/e2e/matrix.ts` migrates between real servers; docs/compatibility.md is made from it. */
export const PAIRS: readonly TargetPairs[] = TARGETS.map((target) => ({
  target,
  sources: [...ELASTICSEARCH_SOURCES, ...OPENSEARCH_SOURCES],
}))
