import { isAlias, isCollection, isMap, isScalar, parseDocument, stringify, type Document, type Pair } from 'yaml'
import { YAML_OPTIONS } from './parse-yaml.ts'
import { keyText } from './source-text.ts'

/**
 * Sets the value at a path and keeps comments, order and, where a single value is replaced, every other byte. Maps that are not
 * there yet are made; steps into a list are positions. Throws for a text that is not YAML.
 */
export function setValue(text: string, path: readonly string[], value: unknown): string {
  const document = readDocument(text)
  const pair = pairAt(document, path)
  const written = isScalar(pair?.value) ? pair.value.range : undefined
  if (written && isSingle(value) && written[1] > written[0]) {
    return text.slice(0, written[0]) + scalarText(value) + text.slice(written[1])
  }
  document.setIn(typedPath(document, path), document.createNode(value))
  return writeDocument(document, text)
}

/** Removes the key or list entry at a path with its own comments; the text is the same when there is none. */
export function removeValue(text: string, path: readonly string[]): string {
  const document = readDocument(text)
  const typed = typedPath(document, path)
  if (!document.hasIn(typed)) return text
  document.deleteIn(typed)
  return writeDocument(document, text)
}

/**
 * Replaces a key and its single value by another key and text in place, such as an inline `password` by `passwordFromFile`.
 * Undefined when there is no single value at the path itself, as when it comes in by a merge key.
 */
export function replaceKey(text: string, path: readonly string[], key: string, value: string): string | undefined {
  const pair = pairAt(readDocument(text), path)
  const from = isScalar(pair?.key) ? pair.key.range?.[0] : undefined
  const to = isScalar(pair?.value) ? pair.value.range : undefined
  if (from === undefined || to === undefined || to === null) return undefined
  // The end of a block text takes its line end with it.
  const end = text.slice(to[0], to[1]).endsWith('\n') ? '\n' : ''
  return `${text.slice(0, from)}${key}: ${scalarText(value)}${end}${text.slice(to[1])}`
}

function readDocument(text: string): Document.Parsed {
  const document = parseDocument(text, YAML_OPTIONS)
  if (document.errors.length > 0) throw new Error('only a text that is YAML can be edited')
  return document
}

function pairAt(document: Document.Parsed, path: readonly string[]): Pair | undefined {
  let parent: unknown = document.contents
  for (const key of path.slice(0, -1)) {
    if (isMap(parent)) parent = parent.items.findLast((item) => keyText(item) === key)?.value
    else parent = isCollection(parent) ? parent.items[Number(key)] : undefined
    if (isAlias(parent)) parent = parent.resolve(document)
  }
  return isMap(parent) ? parent.items.findLast((item) => keyText(item) === path.at(-1)) : undefined
}

/** Keys as the document has them: a map's `2023` may be a number, a list's `0` always is. */
function typedPath(document: Document.Parsed, path: readonly string[]): unknown[] {
  const typed: unknown[] = []
  for (const key of path) {
    const node: unknown = typed.length === 0 ? document.contents : document.getIn(typed)
    const pair = isMap(node) ? node.items.find((item) => keyText(item) === key) : undefined
    if (pair !== undefined) typed.push(isScalar(pair.key) ? pair.key.value : key)
    else typed.push(isCollection(node) && !isMap(node) ? Number(key) : key)
  }
  return typed
}

function isSingle(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

/** A single value on one line, in quotes where YAML would read it as something else. */
function scalarText(value: string | number | boolean): string {
  const plain = stringify(value, { lineWidth: 0 }).trimEnd()
  // In a flow map a comma or bracket would end a plain value.
  return plain.includes('\n') || (typeof value === 'string' && /[,[\]{}]/.test(plain) && !/^["']/.test(plain))
    ? JSON.stringify(value)
    : plain
}

function writeDocument(document: Document.Parsed, before: string): string {
  const padded = !/[{[][^\s\]}]/.test(before)
  return document.toString({ lineWidth: 0, flowCollectionPadding: padded })
}
