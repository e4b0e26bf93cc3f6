/** Which product wrote something. */
export type Distribution = 'elasticsearch' | 'opensearch' | 'unknown'

/** What a numeric version id of a snapshot or an index says. */
export interface VersionId {
  readonly id: number
  readonly distribution: Distribution
  /** The release (`7.10.2`), or the releases it may be (`9.5.2-9.5.3`); undefined when the id names none. */
  readonly release: string | undefined
  /** Major version of the product; undefined when the id is not a version. */
  readonly major: number | undefined
}

const OPENSEARCH_MASK = 0x08000000
/** From this id on an Elasticsearch id counts index formats and no longer spells a release (8.11). */
const FIRST_INDEX_VERSION = 8_500_000

/** Releases by index version id, Elasticsearch 8.11 and later; for messages only. */
const INDEX_VERSION_RELEASES: ReadonlyMap<number, string> = new Map([
  [8_500_003, '8.11'],
  [8_500_008, '8.12.0'],
  [8_500_010, '8.12.1-8.12.2'],
  [8_503_000, '8.13'],
  [8_505_000, '8.14'],
  [8_512_000, '8.15'],
  [8_518_000, '8.16'],
  [8_521_000, '8.17'],
  [8_536_000, '8.19'],
  [9_009_000, '9.0'],
  [9_111_000, '9.5.2-9.5.3'],
])

/**
 * Decodes a version id as `version_id` of a snapshot and `index.version.created` hold it: decimal XXYYZZAA, with the bit
 * 0x08000000 flipped by OpenSearch; from Elasticsearch 8.11 on an index version that names a release only by a table.
 * Source: the classes `Version` and `IndexVersion` of Elasticsearch, `Version` of OpenSearch.
 */
export function decodeVersionId(id: number): VersionId {
  if (!Number.isSafeInteger(id) || id < 1_000_000 || id > 0x0fffffff) {
    return { id, distribution: 'unknown', release: undefined, major: undefined }
  }
  const opensearch = (id & OPENSEARCH_MASK) !== 0
  const plain = opensearch ? id ^ OPENSEARCH_MASK : id
  const major = Math.floor(plain / 1_000_000)
  if (major < 1) return { id, distribution: 'unknown', release: undefined, major: undefined }
  if (opensearch) return { id, distribution: 'opensearch', release: releaseOf(plain), major }
  const release = plain >= FIRST_INDEX_VERSION ? INDEX_VERSION_RELEASES.get(plain) : releaseOf(plain)
  return { id, distribution: 'elasticsearch', release, major }
}

/** A release as text: `7.10.2`, `8.19`, or `index version 9200000` when only the format number is known. */
export function versionText(version: VersionId): string {
  if (version.release !== undefined) return version.release
  return version.major === undefined ? `version id ${version.id}` : `index version ${version.id}`
}

/** The distribution of a release that an `index-N` names: that layout began with Elasticsearch 5, so 1 to 4 are OpenSearch. */
export function distributionOfRelease(release: string): Distribution {
  const major = /^(\d{1,3})\.\d+\.\d+/.exec(release)?.[1]
  if (major === undefined) return 'unknown'
  return Number(major) < 5 ? 'opensearch' : 'elasticsearch'
}

function releaseOf(plain: number): string {
  const parts = [Math.floor(plain / 1_000_000), Math.floor(plain / 10_000) % 100, Math.floor(plain / 100) % 100]
  const build = plain % 100
  // 99 marks a release; 1 to 24 alphas, 25 to 49 betas, 50 to 98 release candidates.
  const suffix =
    build >= 99 || build === 0
      ? ''
      : build < 25
        ? `-alpha${build}`
        : build < 50
          ? `-beta${build - 25}`
          : `-rc${build - 50}`
  return `${parts.join('.')}${suffix}`
}
