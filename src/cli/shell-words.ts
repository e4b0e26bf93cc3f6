/** A line as far as it has been typed. */
export interface TypedLine {
  /** Its words without quotes and backslashes; the last one is what is being typed, empty behind a blank. */
  readonly words: readonly string[]
  /** The quotation mark that is still open at the end. */
  readonly quote: '' | '"' | "'"
}

/**
 * Takes a line apart as bash does.
 *
 * Source: Bash reference manual, "Quoting".
 */
export function readTypedLine(line: string): TypedLine {
  const words: string[] = []
  let word: string | undefined
  let quote: TypedLine['quote'] = ''
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!
    if (character === '\\' && quote !== "'" && at + 1 < line.length) {
      const next = line[++at]!
      // Between double quotes a backslash is one unless it makes the next character ordinary.
      word = (word ?? '') + (quote === '"' && !'$`"\\'.includes(next) ? `\\${next}` : next)
    } else if (quote === '' && (character === '"' || character === "'")) {
      quote = character
      word ??= ''
    } else if (character === quote) {
      quote = ''
    } else if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else {
      word = (word ?? '') + character
    }
  }
  return { words: [...words, word ?? ''], quote }
}

/**
 * What bash puts in the place of its own last word to complete a line with `word`. Outside of quotation marks bash begins a word
 * behind a colon and behind an equals sign, and takes what is put there as it is.
 */
export function inBash(word: string, { words, quote }: TypedLine): string {
  if (quote !== '') return word
  const typed = words.at(-1) ?? ''
  const rest = word.slice(Math.max(typed.lastIndexOf(':'), typed.lastIndexOf('=')) + 1)
  return rest.replaceAll(/[^\p{L}\p{N}_%+,./:=@-]/gu, '\\$&')
}
