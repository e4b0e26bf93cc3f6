import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml'
import type { Diagnostic } from './diagnostic.ts'
import { keyText, SourceText, withSpaces, type Words } from './source-text.ts'

/** A text that was read as YAML: what is wrong with it as such, and its value when it can be judged further. */
export interface ParsedYaml {
  readonly source: SourceText
  readonly diagnostics: readonly Diagnostic[]
  /** Undefined when the text is not YAML, is empty, or is no map. */
  readonly value: Readonly<Record<string, unknown>> | undefined
}

/** The options of every YAML document that this program reads or edits. */
export const YAML_OPTIONS = { uniqueKeys: false, merge: true, prettyErrors: false, version: '1.2' } as const

/** Reads a text as YAML; every mistake is reported in this program's words, none is thrown. */
export function parseYaml(text: string): ParsedYaml {
  const { document, source } = parse(text, 1)
  const problems = syntaxProblems(text, document, source)
  if (problems.length === 0) return judge(document, source)
  if (problems.some((problem) => problem.code === 'CFG_TAB')) {
    // Spaces in place of tabs let everything else be judged in the same pass, if some width of a tab makes the text fit.
    const tabs = problems.filter((problem) => problem.code === 'CFG_TAB')
    for (const tabWidth of [2, 4, 8, 1]) {
      const spaced = parse(text, tabWidth)
      if (spaced.document.errors.length > 0) continue
      const rest = judge(spaced.document, spaced.source)
      return { ...rest, diagnostics: [...tabs, ...rest.diagnostics] }
    }
    return { source, diagnostics: tabs, value: undefined }
  }
  return { source, diagnostics: problems, value: undefined }
}

function parse(text: string, tabWidth: number): { document: Document.Parsed; source: SourceText } {
  const lines = new LineCounter()
  const parsed = tabWidth === 1 ? text : withSpaces(text, tabWidth)
  const document = parseDocument(parsed, { ...YAML_OPTIONS, lineCounter: lines })
  return { document, source: new SourceText(text, document, lines, tabWidth) }
}

/** What a text without mistakes of syntax has to say. */
function judge(document: Document.Parsed, source: SourceText): ParsedYaml {
  const aliases = aliasProblems(document, source)
  if (aliases.length > 0) return { source, diagnostics: aliases, value: undefined }
  const { contents } = document
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    const words: Words = {
      code: 'CFG_EMPTY',
      message: 'there is no configuration in it',
      hint: 'Begin with: workflow configure sample',
    }
    return { source, diagnostics: [source.atOffset(0, 1, [], words)], value: undefined }
  }
  if (!isMap(contents)) {
    const found = isScalar(contents) ? 'a single value' : 'a list'
    const words: Words = {
      code: 'CFG_NOT_A_MAP',
      message: `a configuration is a map of keys, not ${found}`,
      hint: 'It begins with a line such as: sourceClusters:',
    }
    return { source, diagnostics: [source.atOffset(contents.range[0], 0, [], words)], value: undefined }
  }
  const diagnostics = duplicateKeys(document, source)
  try {
    return { source, diagnostics, value: document.toJS() as Record<string, unknown> }
  } catch (error) {
    // Aliases that multiply without end are a ReferenceError; the one other thing it throws for is a wrong merge key.
    const aliases = error instanceof ReferenceError
    const message = aliases
      ? 'its aliases unfold to more than can be read'
      : 'a merge key takes a map or an alias of one, such as <<: *name'
    const start = aliases ? 0 : wrongMerge(document)
    const problem = source.atOffset(start, start + (aliases ? 1 : 2), [], { code: 'CFG_SYNTAX', message })
    return { source, diagnostics: [...diagnostics, problem], value: undefined }
  }
}

/** The offset of the first merge key whose value cannot be merged. */
function wrongMerge(document: Document.Parsed): number {
  let offset: number | undefined
  visit(document, {
    Pair: (_, pair) => {
      if (keyText(pair) !== '<<' || !isScalar(pair.key)) return undefined
      const values = isSeq(pair.value) ? pair.value.items : [pair.value]
      if (values.every((value) => isMap(isAlias(value) ? value.resolve(document) : value))) return undefined
      offset = pair.key.range?.[0]
      return visit.BREAK
    },
  })
  return offset ?? 0
}

function syntaxProblems(text: string, document: Document, source: SourceText): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const error of [...document.errors].sort((a, b) => a.pos[0] - b.pos[0])) {
    const { words, start, end } = wordsFor(error, text)
    const problem = source.atOffset(start, end, [], words)
    const before = found.at(-1)
    const consequence = before?.code === 'CFG_INDENT' && problem.line === before.line + 1
    if (before?.line !== problem.line && !consequence) found.push(problem)
  }
  return found
}

interface PlacedWords {
  readonly words: Words
  readonly start: number
  readonly end: number
}

function wordsFor(error: YAMLError, text: string): PlacedWords {
  const [start, end] = error.pos
  const line = lineAt(text, start)
  if (error.code === 'TAB_AS_INDENT' || /^ *\t/.test(line.text)) {
    const tab = line.start + line.text.indexOf('\t')
    const words: Words = {
      code: 'CFG_TAB',
      message: 'a tab cannot indent YAML',
      hint: 'Use two spaces for each level.',
    }
    return { words, start: tab, end: tab + 1 }
  }
  if (error.code === 'BAD_INDENT' && !error.message.startsWith('Flow')) {
    return notInLine(line, 'Entries of one map begin in the same column.')
  }
  const [before, after] = [line.text.slice(0, start - line.start), line.text.slice(start - line.start)]
  if (
    ['BLOCK_AS_IMPLICIT_KEY', 'MULTILINE_IMPLICIT_KEY'].includes(error.code) &&
    /:\s/.test(before) &&
    !/:\s/.test(after)
  ) {
    // A line that is indented further than the key above continues that key's value, up to its own colon.
    let next = lineAt(text, line.end + 1)
    while (next.end < text.length && /^\s*(#|$)/.test(next.text)) next = lineAt(text, next.end + 1)
    return notInLine(next, 'Entries of one map begin in the same column; this one is too far to the right.')
  }
  return { words: wordsOf(error), start, end }
}

interface Line {
  readonly text: string
  readonly start: number
  readonly end: number
}

function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const next = text.indexOf('\n', offset)
  const end = next === -1 ? text.length : next
  return { text: text.slice(start, end), start, end }
}

function notInLine(line: Line, hint: string): PlacedWords {
  const indent = /^\s*/.exec(line.text)![0].length
  const key = /^[^\s:]+/.exec(line.text.slice(indent))?.[0].length ?? 1
  const words: Words = { code: 'CFG_INDENT', message: 'this line is not in line with its neighbours', hint }
  return { words, start: line.start + indent, end: line.start + indent + key }
}

function wordsOf(error: YAMLError): Words {
  switch (error.code) {
    case 'BAD_INDENT':
      return unclosed(error)
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        code: 'CFG_SYNTAX',
        message: 'this line has no colon after its key',
        hint: 'Write key: value, with a space after the colon.',
      }
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        code: 'CFG_SYNTAX',
        message: 'a second key begins in the middle of a line',
        hint: 'Put it on a line of its own, or put the value in quotes.',
      }
    case 'MISSING_CHAR':
      if (/quote/.test(error.message)) {
        return { code: 'CFG_SYNTAX', message: 'a quotation mark is not closed', hint: 'Close it on the same line.' }
      }
      if (/^Flow/.test(error.message)) return unclosed(error)
      if (/indicator/.test(error.message)) {
        return {
          code: 'CFG_INDENT',
          message: 'this line is not in line with its list',
          hint: 'Keys of a list entry begin in the column of its first key.',
        }
      }
      return {
        code: 'CFG_SYNTAX',
        message: 'a colon, comma or space is missing here',
        hint: 'Write key: value, with a space after the colon.',
      }
    case 'BAD_SCALAR_START':
      return {
        code: 'CFG_SYNTAX',
        message: 'a value that begins with this character needs quotes',
        hint: 'Put the value in quotes.',
      }
    case 'MULTIPLE_DOCS':
      return { code: 'CFG_SYNTAX', message: 'a second document begins here', hint: 'Keep one, without --- after it.' }
    case 'BAD_ALIAS':
      return { code: 'CFG_SYNTAX', message: 'a value that begins with * needs quotes', hint: 'Write "*".' }
    default:
      return {
        code: 'CFG_SYNTAX',
        message: 'this is not YAML',
        hint: `The parser says: ${withoutText(error.message)}.`,
      }
  }
}

function unclosed(error: YAMLError): Words {
  const bracket = /map/.test(error.message) ? '}' : ']'
  return {
    code: 'CFG_SYNTAX',
    message: `a bracket is not closed before this`,
    hint: `Add the missing ${bracket}.`,
  }
}

/** The parser may quote a piece of the text, which may be a piece of a secret. */
function withoutText(message: string): string {
  return message
    .replace(/\s*\n[^]*$/, '')
    .replace(/["'`][^"'`]*["'`]/g, '…')
    .replace(/[.:]$/, '')
}

function aliasProblems(document: Document, source: SourceText): Diagnostic[] {
  const found: Diagnostic[] = []
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return
      const [start, end] = alias.range ?? [0, 0]
      const message = `*${alias.source} refers to an anchor that is not there`
      const hint = `For an index pattern write "*${alias.source}" in quotes; for an anchor write &${alias.source} where it is defined.`
      found.push(source.atOffset(start, end, [], { code: 'CFG_SYNTAX', message, hint }))
    },
  })
  return found
}

/**
 * Keys that are there twice. An on/off switch (`enabled`) that is given as both is accepted with a warning, as the published
 * page shows its two values that way; the last one counts.
 */
function duplicateKeys(document: Document, source: SourceText): Diagnostic[] {
  const found: Diagnostic[] = []
  visit(document, {
    Map: (_, map) => {
      const first = new Map<string, number>()
      for (const pair of map.items) {
        const key = keyText(pair)
        if (key === undefined || !isScalar(pair.key) || key === '<<') continue
        const [start, end] = pair.key.range ?? [0, 0]
        const before = first.get(key)
        if (before === undefined) {
          first.set(key, start)
          continue
        }
        const line = source.atOffset(before, before, [], { code: 'CFG_DUPLICATE_KEY', message: '' }).line
        const harmless = key === 'enabled'
        found.push(
          source.atOffset(start, end, [], {
            severity: harmless ? 'warning' : 'error',
            code: 'CFG_DUPLICATE_KEY',
            message: `'${key}' is already in line ${line}${harmless ? '; this one counts' : ''}`,
            hint: harmless ? 'Remove the other one.' : 'Remove one of them, or give it another name.',
          }),
        )
      }
    },
  })
  return found
}
