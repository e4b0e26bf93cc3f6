/** Translates `regex:` patterns and exact names of the newer form into globs; undefined for one that no glob expresses. */
export function globOf(entry: string): string | undefined {
  if (!entry.startsWith('regex:')) return entry
  const regex = entry
    .slice('regex:'.length)
    .replace(/^\^/, '')
    .replace(/(?<!\\)\$$/, '')
  let glob = ''
  for (let i = 0; i < regex.length; i++) {
    const char = regex[i]!
    if (char === '\\') {
      const next = regex[++i]
      if (next === undefined || /[A-Za-z0-9*?]/.test(next)) return undefined
      glob += next
    } else if (char === '.') {
      const next = regex[i + 1]
      if (next === '*') i++
      else if (next === '+') i++
      glob += next === '*' ? '*' : next === '+' ? '?*' : '?'
    } else if (/[\^$|()[\]{}*+?]/.test(char)) {
      return undefined
    } else {
      glob += char
    }
  }
  return glob
}

/** Translates a glob into an entry of an allow list of the newer form: as it is when nothing in it is special. */
export function allowListEntry(glob: string): string {
  if (!/[*?]/.test(glob)) return glob
  const regex = Array.from(glob, (char) => {
    if (char === '*') return '.*'
    if (char === '?') return '.'
    return /[.^$|()[\]{}+\\]/.test(char) ? `\\${char}` : char
  })
  return `regex:${regex.join('')}`
}
