import { Failure } from '../core/failure.ts'
import { compileGlob, compilePatterns } from '../core/patterns.ts'
import { counted } from '../core/units.ts'
import { closeNames, nameList } from './close-names.ts'

/** Which indices of a snapshot a list of patterns chooses. */
export interface IndexSelection {
  /** Chosen names, sorted. */
  readonly names: readonly string[]
  /** For every pattern that includes, in the order given, the names it matches by itself. */
  readonly byPattern: readonly { readonly pattern: string; readonly names: readonly string[] }[]
}

/**
 * Applies index patterns (`*`, `?`, leading `-` excludes, dot names only by a pattern with a leading dot) to the indices of
 * a snapshot. `INDEX_NOT_FOUND` when a pattern that includes matches nothing, or when exclusions leave nothing.
 */
export function selectIndices(
  snapshot: { readonly name: string; readonly indexNames: readonly string[] },
  patterns: readonly string[],
): IndexSelection {
  const { name, indexNames } = snapshot
  const byPattern = patterns
    .filter((pattern) => !pattern.startsWith('-'))
    .map((pattern) => ({ pattern, names: indexNames.filter(compileGlob(pattern)) }))
  for (const entry of byPattern) if (entry.names.length === 0) throw noMatch(name, entry.pattern, indexNames)
  const names = indexNames.filter(compilePatterns(patterns)).sort()
  if (names.length > 0) return { names, byPattern }
  throw new Failure(
    'INDEX_NOT_FOUND',
    `${patterns.join(', ')} leaves none of its ${counted(indexNames.length, 'index', 'indices')}`,
    {
      op: 'select indices of snapshot',
      subject: name,
      hint: 'Patterns are applied in order, the last one that matches decides; put exclusions after what they exclude from.',
    },
  )
}

function noMatch(snapshot: string, pattern: string, indexNames: readonly string[]): Failure {
  const hidden = indexNames.filter((name) => name.startsWith('.') && compileGlob(`.${pattern}`)(name))
  const close = closeNames(pattern, indexNames)
  const hint =
    hidden.length > 0
      ? `Names with a leading dot are matched only by a pattern with a leading dot, such as ${hidden[0]!}.`
      : close.length > 0
        ? `Did you mean ${close.join(' or ')}?`
        : `It has ${nameList(indexNames)}.`
  return new Failure(
    'INDEX_NOT_FOUND',
    `pattern ${JSON.stringify(pattern)} matches none of its ${counted(indexNames.length, 'index', 'indices')}`,
    {
      op: 'select indices of snapshot',
      subject: snapshot,
      hint,
    },
  )
}
