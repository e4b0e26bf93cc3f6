import type { SourceIndex } from './source-index.ts'

/** Characters that names of indices cannot have. */
const REFUSED = /[\\/*?"<>| ,#:]/g

/** Name of the index that takes the documents of one mapping type: `<index>-<type>`, in lower case as indices have to be. */
export function typeIndexName(index: string, type: string): string {
  return `${index}-${type.toLowerCase().replace(REFUSED, '_')}`
}

/** The mapping types of an index that has several; empty for an index that stays whole. `_default_` is none. */
export function typesToSplit({ mappings }: Pick<SourceIndex, 'mappings'>): readonly string[] {
  const types = mappings.map(({ type }) => type).filter((type) => type !== '_default_')
  return types.length > 1 ? types : []
}

/** An index for each mapping type, with the settings and aliases of the whole; just the index when it has one type. */
export function splitByType(index: SourceIndex): readonly SourceIndex[] {
  const types = typesToSplit(index)
  if (types.length === 0) return [index]
  return types.map((type) => ({
    ...index,
    name: typeIndexName(index.name, type),
    mappings: index.mappings.filter((mapping) => mapping.type === type),
  }))
}
