/** The candidate that was most likely meant, undefined when none is near. Case and punctuation count for nothing. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const plainWord = plain(word)
  let best: string | undefined
  let bestDistance = Infinity
  for (const candidate of candidates) {
    const plainCandidate = plain(candidate)
    const allowed = Math.max(1, Math.floor(Math.min(plainWord.length, plainCandidate.length) / 3))
    const distance = editDistance(plainWord, plainCandidate)
    if (distance <= allowed && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function plain(word: string): string {
  return word.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(a: string, b: string): number {
  // Long words are never near each other within a third, and comparing them would take quadratic time.
  if (a.length > 64 || b.length > 64) return a === b ? 0 : Infinity
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(replace, last[j]! + 1, row[j - 1]! + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
