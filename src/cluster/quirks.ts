import { Failure } from '../core/failure.ts'
import type { ClusterInfo, Distribution } from './detect.ts'
import { isAtLeast } from './version.ts'

/** What differs between versions for a client; everything else is alike from 1.x to 9.x. */
export interface Quirks {
  /** Whether action lines of a bulk carry `_type`. */
  readonly bulkType: 'required' | 'allowed' | 'refused'
  readonly bulkContentType: 'application/json' | 'application/x-ndjson'
  /** `filter_path` trims answers. */
  readonly filterPath: boolean
  /** Whether `include_type_name` is known to index creation, mappings and legacy templates. */
  readonly includeTypeName: boolean
  /** The key of a legacy template's patterns: one string `template`, or a list `index_patterns`. */
  readonly templatePatterns: 'template' | 'index_patterns'
  /** `_index_template` and `_component_template` exist. */
  readonly composableTemplates: boolean
  readonly dataStreams: boolean
  /** `expand_wildcards=hidden` is known. */
  readonly hiddenIndices: boolean
  /** Writes can be made conditional on `if_seq_no` and `if_primary_term`. */
  readonly sequenceNumbers: boolean
  /** A snapshot may start while another one or a deletion runs. */
  readonly concurrentSnapshots: boolean
  /** A snapshot request may carry `metadata` of its own. */
  readonly snapshotMetadata: boolean
}

interface QuirkRow {
  readonly distribution: Distribution
  readonly since: readonly [major: number, minor: number]
  readonly changes: Partial<Quirks>
}

const FIRST: Quirks = {
  bulkType: 'required',
  bulkContentType: 'application/json',
  filterPath: false,
  includeTypeName: false,
  templatePatterns: 'template',
  composableTemplates: false,
  dataStreams: false,
  hiddenIndices: false,
  sequenceNumbers: false,
  concurrentSnapshots: false,
  snapshotMetadata: false,
}

/**
 * The one table: each row says what changed with a version; rows apply in order, on top of Elasticsearch 1.0. OpenSearch
 * begins as the fork of Elasticsearch 7.10.
 *
 * Source: the breaking-changes and REST reference pages of both projects; the server tests check the rows that matter.
 */
const TABLE: readonly QuirkRow[] = [
  { distribution: 'elasticsearch', since: [1, 6], changes: { filterPath: true } },
  {
    distribution: 'elasticsearch',
    since: [6, 0],
    changes: { bulkContentType: 'application/x-ndjson', templatePatterns: 'index_patterns' },
  },
  { distribution: 'elasticsearch', since: [6, 7], changes: { includeTypeName: true, sequenceNumbers: true } },
  { distribution: 'elasticsearch', since: [7, 0], changes: { bulkType: 'allowed' } },
  { distribution: 'elasticsearch', since: [7, 3], changes: { snapshotMetadata: true } },
  { distribution: 'elasticsearch', since: [7, 7], changes: { hiddenIndices: true } },
  { distribution: 'elasticsearch', since: [7, 8], changes: { composableTemplates: true } },
  { distribution: 'elasticsearch', since: [7, 9], changes: { dataStreams: true, concurrentSnapshots: true } },
  { distribution: 'elasticsearch', since: [8, 0], changes: { bulkType: 'refused', includeTypeName: false } },
  {
    distribution: 'opensearch',
    since: [1, 0],
    changes: {
      bulkType: 'allowed',
      bulkContentType: 'application/x-ndjson',
      filterPath: true,
      includeTypeName: true,
      templatePatterns: 'index_patterns',
      composableTemplates: true,
      dataStreams: true,
      hiddenIndices: true,
      sequenceNumbers: true,
      concurrentSnapshots: true,
      snapshotMetadata: true,
    },
  },
  { distribution: 'opensearch', since: [2, 0], changes: { bulkType: 'refused', includeTypeName: false } },
]

/** Newest major version of each distribution that this release knows. */
const NEWEST_MAJOR: Readonly<Record<Distribution, number>> = { elasticsearch: 9, opensearch: 3 }

/** The quirks of a cluster; `CLUSTER_UNSUPPORTED` outside Elasticsearch 1.x to 9.x and OpenSearch 1.x to 3.x. */
export function quirksOf(info: Pick<ClusterInfo, 'distribution' | 'version'>, subject: string): Quirks {
  const { distribution, version } = info
  if (version.major < 1 || version.major > NEWEST_MAJOR[distribution]) {
    const range = `1.x to ${NEWEST_MAJOR[distribution]}.x`
    throw new Failure(
      'CLUSTER_UNSUPPORTED',
      `${distribution} ${version.text}; this release knows ${distribution} ${range}`,
      {
        op: 'open cluster',
        subject,
        hint: 'See docs/compatibility.md.',
      },
    )
  }
  return TABLE.filter((row) => row.distribution === distribution && isAtLeast(version, ...row.since)).reduce<Quirks>(
    (quirks, row) => ({ ...quirks, ...row.changes }),
    FIRST,
  )
}
