import { textWidth } from './text-width.ts'

/** What a line begins with that its further lines stay clear of: blanks, and a mark, a number or a word before two blanks. */
// eslint-disable-next-line no-control-regex -- colour codes start with ESC
const HEAD = /^(\s*)((?:\u001b\[\d+m)?(?:[-✓⚠✗→○⏸⊘…]|\d+ )(?:\u001b\[0m)? +)?/

/** `Finished: yesterday`, `Restore Documents: 4 rejected`; a longer beginning is part of a sentence. */
const LABELLED = /^\w+(?: \w+)?: /

/**
 * Breaks lines that are wider than `columns` between words. Further lines begin under the text of the first one, behind its
 * mark if it has one, or a little further in when it has a label or is indented. A word that is wider than a line stays whole, so that addresses and names can be copied.
 */
export function fitText(text: string, columns: number): string {
  if (columns === Infinity) return text
  return text
    .split('\n')
    .map((line) => (textWidth(line) <= columns ? line : wrapLine(line, columns)))
    .join('\n')
}

function wrapLine(line: string, columns: number): string {
  const [head, blanks = ''] = HEAD.exec(line)!
  const isParagraph = blanks === '' && !LABELLED.test(line)
  const hang = textWidth(head) > blanks.length ? textWidth(head) : isParagraph ? 0 : blanks.length + 2
  return wrapWords(line.slice(head.length), columns, { first: head, further: ' '.repeat(hang) })
}

/** Words in lines of at most `columns`, behind what the first line and the further ones begin with. */
export function wrapWords(
  text: string,
  columns: number,
  { first, further }: { readonly first: string; readonly further: string },
): string {
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of text.split(' ')) {
    const next = empty ? line + word : `${line} ${word}`
    if (empty || textWidth(next) <= columns) {
      line = next
    } else {
      lines.push(line)
      line = further + word
    }
    empty = false
  }
  return [...lines, line].map((one) => one.trimEnd()).join('\n')
}
