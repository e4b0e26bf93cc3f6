/** The names closest to a mistyped one, best first, at most `limit`: those within a third of its length in edits, then those that contain it. */
export function closeNames(wanted: string, names: Iterable<string>, limit = 3): string[] {
  const target = wanted.toLowerCase()
  const bare = target.replace(/[*?]/g, '')
  const allowed = Math.max(2, Math.floor(target.length / 3))
  const scored: { name: string; score: number }[] = []
  for (const name of names) {
    const lower = name.toLowerCase()
    const distance = editDistance(bare, lower, allowed)
    if (distance <= allowed) scored.push({ name, score: distance })
    else if (bare.length >= 3 && (lower.includes(bare) || bare.includes(lower)))
      scored.push({ name, score: allowed + 1 })
  }
  scored.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
  return scored.slice(0, limit).map((entry) => entry.name)
}

/** A list of names for a message: the first `limit` of them and how many more there are. */
export function nameList(names: readonly string[], limit = 10): string {
  if (names.length === 0) return 'none'
  const shown = names.slice(0, limit).join(', ')
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown
}

/** Edits between two texts; anything above `most` when their lengths alone differ by more, or when either is very long. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most || a.length > 255 || b.length > 255) return most + 1
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(change, previous[j]! + 1, row[j - 1]! + 1))
    }
    previous = row
  }
  return previous[b.length]!
}
