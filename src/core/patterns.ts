/**
 * Compiles index patterns into one test. Globs know `*` and `?`; a leading `-` excludes; a name that starts with a dot
 * matches only a pattern that itself starts with a dot. The last pattern that matches a name decides.
 */
export function compilePatterns(patterns: readonly string[]): (name: string) => boolean {
  const rules = patterns.map((pattern) => {
    const exclude = pattern.startsWith('-')
    const glob = exclude ? pattern.slice(1) : pattern
    return { exclude, matches: compileGlob(glob) }
  })
  return (name) => {
    let included = false
    for (const rule of rules) if (rule.matches(name)) included = !rule.exclude
    return included
  }
}

/** Compiles one glob (`*`, `?`) into a test; dot names need a glob with a leading dot. Linear in time for any input. */
export function compileGlob(glob: string): (name: string) => boolean {
  return (name) => !(name.startsWith('.') && !glob.startsWith('.')) && globMatches(glob, name)
}

function globMatches(glob: string, name: string): boolean {
  let g = 0
  let n = 0
  let star = -1
  let resume = 0
  while (n < name.length) {
    if (g < glob.length && glob[g] === '*') {
      star = g++
      resume = n
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === name[n])) {
      g++
      n++
    } else if (star !== -1) {
      g = star + 1
      n = ++resume
    } else {
      return false
    }
  }
  while (glob[g] === '*') g++
  return g === glob.length
}
