import { Failure } from '../core/failure.ts'
import { typeIndexName, typesToSplit } from '../metadata/split-types.ts'
import type { SourceIndex } from '../metadata/source-index.ts'

/**
 * The indices that take the documents of each index with several mapping types, one for each type, by the name of the index.
 * `CONFIG_INVALID` when two types, or a type and an index, would share a name.
 */
export function typeIndicesOf(
  definitions: readonly SourceIndex[],
  taken: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  const owners = new Map([...taken.keys()].map((name) => [name, `index ${name}`]))
  const result = new Map<string, readonly string[]>()
  for (const definition of definitions) {
    const types = typesToSplit(definition)
    if (types.length === 0) continue
    const names = types.map((type) => typeIndexName(definition.name, type))
    for (const [n, name] of names.entries()) {
      const owner = `type ${types[n]!} of index ${definition.name}`
      const other = owners.get(name)
      if (other !== undefined) throw clash(name, owner, other)
      owners.set(name, owner)
    }
    result.set(definition.name, names)
  }
  return result
}

function clash(name: string, owner: string, other: string): Failure {
  return new Failure('CONFIG_INVALID', `${other} would be called ${name} as well`, {
    op: 'split',
    subject: owner,
    hint: 'Move one of them alone: leave the index out of this group, or set metadataMigration.types to unite.',
  })
}
