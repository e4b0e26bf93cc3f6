import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
  type LineCounter,
  type Node,
  type Pair,
} from 'yaml'
import type { Diagnostic } from './diagnostic.ts'

/** What a finding says, before it has a place. */
export type Words = Pick<Diagnostic, 'code' | 'message' | 'hint'> & { readonly severity?: Diagnostic['severity'] }

/** The text of a configuration with its nodes: turns paths and offsets into places, and never shows a secret. */
export class SourceText {
  readonly document: Document
  readonly #lines: LineCounter
  readonly #shown: readonly string[]
  readonly #tabWidth: number

  /** With a `tabWidth` the document was parsed from {@link withSpaces}; places and lines are those of the text itself. */
  constructor(text: string, document: Document, lines: LineCounter, tabWidth = 1) {
    this.document = document
    this.#lines = lines
    this.#tabWidth = tabWidth
    const shown = withoutSecrets(withSpaces(text, tabWidth), document).split(/\r?\n/)
    const tabs = text.split(/\r?\n/).map((line) => /^[ \t]*/.exec(line)![0])
    this.#shown = shown.map((line, index) => {
      const indent = tabs[index] ?? ''
      return indent + line.slice(withSpaces(indent, tabWidth).length)
    })
  }

  /** A finding about the value at a path; about the nearest key above when there is no such value. */
  atValue(path: readonly string[], words: Words): Diagnostic {
    const { pair, node } = this.#find(path)
    const empty = node === undefined || (isScalar(node) && node.value === null && node.source === '')
    return this.#at(empty ? (keyNode(pair) ?? node) : node, path, words)
  }

  /** A finding about the key at the end of a path. */
  atKey(path: readonly string[], words: Words): Diagnostic {
    const { pair, node } = this.#find(path)
    return this.#at(keyNode(pair) ?? node, path, words)
  }

  /** A finding about a range of the text. */
  atOffset(start: number, end: number, path: readonly string[], words: Words): Diagnostic {
    const { line, col: parsedColumn } = this.#lines.linePos(start)
    const sourceLine = this.#shown[line - 1] ?? ''
    const tabs = /^[ \t]*/.exec(sourceLine)![0].split('\t').length - 1
    const col = parsedColumn - tabs * (this.#tabWidth - 1)
    const { code, message, hint, severity = 'error' } = words
    const column = Math.max(1, Math.min(col, sourceLine.length + 1))
    const endColumn = Math.max(column + 1, Math.min(column + (end - start), sourceLine.trimEnd().length + 1))
    const place = { line, column, endColumn, path: [...path], sourceLine }
    return { severity, code, message, ...(hint !== undefined && { hint }), ...place }
  }

  /** The text of a plain or quoted value as it is written, undefined when it is no single value. */
  written(path: readonly string[]): string | undefined {
    const { node, depth } = this.#find(path)
    return depth === path.length && isScalar(node) ? node.source : undefined
  }

  #at(node: Node | undefined, path: readonly string[], words: Words): Diagnostic {
    const [start, end] = node?.range ?? [0, 0]
    // A whole map or list is marked by its first line only.
    return this.atOffset(start, isScalar(node) ? end : start + 1, path, words)
  }

  /** Walks as far along a path as there are nodes, through aliases and merge keys. */
  #find(path: readonly string[]): { pair: Pair | undefined; node: Node | undefined; depth: number } {
    let node = this.#resolve(this.document.contents)
    let pair: Pair | undefined
    for (const [depth, key] of path.entries()) {
      if (isMap(node)) {
        // The last of several equal keys counts.
        const next = node.items.findLast((item) => keyText(item) === key)
        if (next === undefined) return { pair, node: pair === undefined ? undefined : node, depth }
        pair = next
        node = this.#resolve(next.value)
      } else if (isSeq(node)) {
        const next = this.#resolve(node.items[Number(key)])
        if (next === undefined) return { pair, node, depth }
        pair = undefined
        node = next
      } else {
        return { pair, node, depth }
      }
    }
    return { pair, node, depth: path.length }
  }

  #resolve(value: unknown): Node | undefined {
    const node = isAlias(value) ? value.resolve(this.document) : value
    return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined
  }
}

/** The text with every tab of an indentation as so many spaces. */
export function withSpaces(text: string, tabWidth: number): string {
  return text.replace(/^[ \t]+/gm, (indent) => indent.replaceAll('\t', ' '.repeat(tabWidth)))
}

/** The text of a map entry's key. */
export function keyText(pair: Pair): string | undefined {
  const { key } = pair
  // A merge key is a symbol to the library.
  if (isScalar(key)) return typeof key.value === 'symbol' ? '<<' : String(key.value)
  return typeof key === 'string' ? key : undefined
}

function keyNode(pair: Pair | undefined): Node | undefined {
  return isScalar(pair?.key) ? pair.key : undefined
}

/** The text with the values of secrets replaced by asterisks. */
export function redactSecrets(text: string): string {
  return withoutSecrets(text, parseDocument(text, { uniqueKeys: false, merge: true, prettyErrors: false }))
}

/** Keys whose values are secrets wherever they stand. */
const SECRET_KEYS = /^(password|key|apiKey|api_key|secret|token)$/i
const SECRET_IN_LINE = /((?:^|[\s{,"'])(?:password|api_?key|secret|token)["']?\s*:\s+)(?![{[]|\s*$)([^#\n]*[^\s#])/gi

/** The text with values of secrets replaced by as many asterisks, so that columns stay where they are. */
function withoutSecrets(text: string, document: Document): string {
  const ranges: (readonly [number, number])[] = []
  visit(document, {
    Pair: (_, pair, ancestors) => {
      if (!SECRET_KEYS.test(keyText(pair) ?? '') || !isScalar(pair.value)) return
      // A client certificate's `key` is the name of a file.
      const owner = ancestors.findLast((ancestor) => isPair(ancestor))
      if (owner !== undefined && keyText(owner) === 'mtls') return
      const { range } = pair.value
      if (range) ranges.push([range[0], range[1]])
    },
  })
  // A URL may carry user name and password.
  let shown = text.replace(
    /(:\/\/)([^\s/@]+)@/g,
    (_, head: string, user: string) => `${head}${'*'.repeat(user.length)}@`,
  )
  for (const [start, end] of ranges) {
    shown = shown.slice(0, start) + shown.slice(start, end).replace(/[^\s]/g, '*') + shown.slice(end)
  }
  if (document.errors.length === 0) return shown
  // Where the text does not parse, nodes are not to be relied on: blank out to the end of the line.
  return shown.replace(SECRET_IN_LINE, (_, head: string, value: string) => head + '*'.repeat(value.length))
}
