import type { IndexMetadata } from '../repository/index-metadata.ts'

/**
 * The mapping type that every document of an index has, where documents still have one but do not store it: indices created
 * by 6.x, which have a single type. Undefined for later indices (untyped) and for earlier ones (each document stores its own).
 */
export function typeOfDocuments(metadata: Pick<IndexMetadata, 'createdVersion' | 'mappings'>): string | undefined {
  const { createdVersion, mappings } = metadata
  if (createdVersion?.distribution !== 'elasticsearch' || createdVersion.major !== 6) return undefined
  return mappings[0]?.type ?? '_doc'
}
