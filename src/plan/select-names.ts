import { compileGlob } from '../core/patterns.ts'

/** Which names a list of patterns chooses. */
export interface SelectedNames {
  readonly selected: ReadonlySet<string>
  /** For every pattern in the order given, exclusions as well, how many names it matches by itself. */
  readonly matches: readonly { readonly pattern: string; readonly count: number }[]
}

/**
 * Applies index patterns in the dialect of `core/patterns.ts`. A pattern without `*` and `?` is looked up, so that a list of
 * ten thousand names costs no more than one glob.
 */
export function selectNames(names: ReadonlySet<string>, patterns: readonly string[]): SelectedNames {
  const included = new Map<string, boolean>()
  const matches = patterns.map((pattern) => {
    const exclude = pattern.startsWith('-')
    const found = matching(names, exclude ? pattern.slice(1) : pattern)
    for (const name of found) included.set(name, !exclude)
    return { pattern, count: found.length }
  })
  return { selected: new Set([...included].flatMap(([name, chosen]) => (chosen ? [name] : []))), matches }
}

function matching(names: ReadonlySet<string>, glob: string): string[] {
  if (!/[*?]/.test(glob)) return names.has(glob) ? [glob] : []
  return [...names].filter(compileGlob(glob))
}
