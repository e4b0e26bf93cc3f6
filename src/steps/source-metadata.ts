import type { IndexMetadata } from '../repository/index-metadata.ts'
import type { Snapshot } from '../repository/snapshot.ts'
import type { SourceIndex } from '../metadata/source-index.ts'
import type { ProductVersion } from '../metadata/version-range.ts'

/** The version that created an index, or where its metadata does not tell, that of the snapshot or the source cluster. */
export function sourceIndex(metadata: IndexMetadata, fallback: ProductVersion): SourceIndex {
  const { name, settings, mappings, aliases, routingNumShards, createdVersion } = metadata
  return {
    name,
    settings,
    mappings,
    aliases,
    routingNumShards,
    createdVersion:
      productVersion(createdVersion?.distribution, createdVersion?.release, createdVersion?.major) ?? fallback,
  }
}

/** The version of the cluster that took a snapshot, as far as the snapshot tells. */
export function snapshotVersion(snapshot: Snapshot): ProductVersion | undefined {
  return productVersion(snapshot.distribution, snapshot.version, undefined)
}

/** A version of the form that metadata rules read, from a release such as `7.10.2` or a range such as `9.5.2-9.5.3`. */
export function productVersion(
  distribution: string | undefined,
  release: string | undefined,
  major: number | undefined,
): ProductVersion | undefined {
  if (distribution !== 'elasticsearch' && distribution !== 'opensearch') return undefined
  const [, first, second] = /^(\d+)\.(\d+)/.exec(release ?? '') ?? []
  if (first !== undefined) return { distribution, major: Number(first), minor: Number(second) }
  return major === undefined ? undefined : { distribution, major, minor: 0 }
}
