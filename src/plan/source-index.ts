import { routingFactor } from '../metadata/routing-shards.ts'
import type { SourceIndex } from '../metadata/source-index.ts'
import { productVersionOf, type ProductVersion } from '../metadata/version-range.ts'
import type { IndexMetadata } from '../repository/index-metadata.ts'

/** An index of a snapshot as the rules of metadata read it; `fallback` is its version where its metadata does not tell. */
export function sourceIndex(metadata: IndexMetadata, fallback: ProductVersion): SourceIndex {
  const { name, settings, mappings, aliases, createdVersion, numberOfShards, routingNumShards } = metadata
  return {
    name,
    settings,
    mappings,
    aliases,
    routingNumShards: routingFactor(createdVersion, numberOfShards, routingNumShards),
    createdVersion: (createdVersion && productVersionOf(createdVersion)) ?? fallback,
  }
}

/** A version from its text, such as `7.10.2` or a range such as `9.5.2-9.5.3`; undefined when it names none. */
export function versionFromText(
  distribution: 'elasticsearch' | 'opensearch' | 'unknown' | undefined,
  text: string | undefined,
): ProductVersion | undefined {
  const major = /^(\d+)\.\d+/.exec(text ?? '')?.[1]
  if (distribution === undefined || major === undefined) return undefined
  return productVersionOf({ distribution, release: text, major: Number(major) })
}
