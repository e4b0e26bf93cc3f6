import { Help, type HelpConfiguration } from 'commander'
import { fitText, wrapWords } from '../core/fit-text.ts'

/** Where less than this is left beside names of options and commands, descriptions begin below them. */
const LEAST_BESIDE = 30

/** Help in lines of at most `columns`. */
export function fittingHelp(columns: number): HelpConfiguration {
  const standard = new Help()
  return {
    commandUsage: (command) => fitText(`Usage: ${standard.commandUsage(command)}`, columns).slice('Usage: '.length),
    boxWrap: fitText,
    formatItem: (term, termWidth, description) => {
      const beside = termWidth + 4
      if (columns - beside >= LEAST_BESIDE) {
        return wrapWords(description, columns, { first: `  ${term.padEnd(termWidth)}  `, further: ' '.repeat(beside) })
      }
      const below = ' '.repeat(6)
      return `  ${term}\n${wrapWords(description, columns, { first: below, further: below })}`
    },
  }
}

/** Paragraphs whose line ends mean nothing, as lines; what is indented stays as it is. */
export function flowing(text: string): string {
  return text.replaceAll(/(\S)\n(?=\S)/g, '$1 ')
}
