/** More steps than this are not taken to find the shortest difference; the changed part is then shown as replaced. */
const MAX_STEPS = 4_000_000
const CONTEXT = 3

type Line = readonly [mark: ' ' | '-' | '+', text: string]

/**
 * What has to change in `before` to become `after`, line by line: `-` goes, `+` comes, blanks are the lines around it, `@@` is where
 * it is in `after`. Empty when nothing differs; ends with a newline otherwise.
 */
export function textDiff(before: string, after: string): string {
  const lines = compare(linesOf(before), linesOf(after))
  const changed = lines.flatMap(([mark], at) => (mark === ' ' ? [] : [at]))
  const shown = new Set(changed.flatMap((at) => Array.from({ length: 2 * CONTEXT + 1 }, (_, by) => at - CONTEXT + by)))
  let output = ''
  let number = 1
  for (const [at, [mark, text]] of lines.entries()) {
    if (shown.has(at)) {
      if (at === 0 || !shown.has(at - 1)) output += `@@ line ${number} @@\n`
      output += `${mark}${text}\n`
    }
    if (mark !== '-') number++
  }
  return output
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  const most = Math.min(before.length, after.length) - head
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++
  const same = (text: string): Line => [' ', text]
  return [
    ...before.slice(0, head).map(same),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ]
}

/** By the longest common subsequence, whose lengths for the ends of both texts fill a table. */
function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
  const width = after.length + 1
  const replaced: readonly Line[] = [
    ...before.map((text): Line => ['-', text]),
    ...after.map((text): Line => ['+', text]),
  ]
  if (before.length * after.length > MAX_STEPS) return replaced
  const common = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const at = i * width + j
      common[at] = before[i] === after[j] ? common[at + width + 1]! + 1 : Math.max(common[at + width]!, common[at + 1]!)
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push([' ', before[i]!])
      i++
      j++
    } else if (j >= after.length || (i < before.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      lines.push(['-', before[i++]!])
    } else {
      lines.push(['+', after[j++]!])
    }
  }
  return lines
}
