/** A product of which an index or a cluster is, as far as rules care. */
export interface ProductVersion {
  readonly distribution: 'elasticsearch' | 'opensearch'
  readonly major: number
  readonly minor: number
}

/** The cluster that definitions are translated for. */
export interface TargetVersion extends ProductVersion {
  /** Names of the plugins on every node (`opensearch-knn`), as `_cat/plugins` lists them; some field types need one. */
  readonly plugins: ReadonlySet<string>
}

/** Versions of one product, `from` included, `before` not; versions are written `major.minor`. */
export interface VersionRange {
  readonly distribution: 'elasticsearch' | 'opensearch'
  readonly from?: string
  readonly before?: string
}

/** True when `version` is of the range, or of any of several ranges. */
export function inRange(version: ProductVersion, range: VersionRange | readonly VersionRange[]): boolean {
  if (isList(range)) return range.some((one) => inRange(version, one))
  return (
    version.distribution === range.distribution &&
    (range.from === undefined || isAtLeast(version, range.from)) &&
    (range.before === undefined || !isAtLeast(version, range.before))
  )
}

/** True when `version` is `wanted` (`major.minor`) or later, whatever the product. */
export function isAtLeast(version: ProductVersion, wanted: string): boolean {
  const [major = 0, minor = 0] = wanted.split('.').map(Number)
  return version.major > major || (version.major === major && version.minor >= minor)
}

/** `OpenSearch 2.19`, `Elasticsearch 7.10`: for reasons that people read. */
export function productName(version: ProductVersion): string {
  return `${version.distribution === 'opensearch' ? 'OpenSearch' : 'Elasticsearch'} ${version.major}.${version.minor}`
}

/**
 * The version that a decoded version id names, such as that of a snapshot or of `index.version.created`; a minor that the id
 * does not tell counts as 0. Undefined when not even the product is known.
 */
export function productVersionOf(version: {
  readonly distribution: 'elasticsearch' | 'opensearch' | 'unknown'
  readonly release: string | undefined
  readonly major: number | undefined
}): ProductVersion | undefined {
  const { distribution, release, major } = version
  if (distribution === 'unknown' || major === undefined) return undefined
  return { distribution, major, minor: Number(/^\d+\.(\d+)/.exec(release ?? '')?.[1] ?? 0) }
}

function isList(range: VersionRange | readonly VersionRange[]): range is readonly VersionRange[] {
  return Array.isArray(range)
}
