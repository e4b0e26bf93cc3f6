import { isAlias, isMap, isScalar, isSeq, parseDocument, type Document, type Node } from 'yaml'
import { isFailure, messageOf } from '../core/failure.ts'
import { corrupt } from './corrupt.ts'
import { MAX_DEPTH } from './json-sink.ts'
import { JsonTextSink } from './json-text-sink.ts'
import { exactNumber } from './json-value.ts'

/** Values that aliases may repeat in one document: a few lines of nested aliases stand for billions of values. */
const MAX_ALIASED_VALUES = 10_000

interface Walk {
  readonly document: Document.Parsed
  readonly subject: string
  readonly sink: JsonTextSink
  /** Values below aliases that may still be written. */
  budget: number
}

/**
 * The YAML document (1.2 core schema) as one line of JSON in UTF-8, numbers exact; `BLOB_CORRUPT` for text that is no
 * single YAML document, repeats more than 10,000 values by aliases, or nests deeper than 2,000.
 */
export function yamlToJson(bytes: Uint8Array, subject: string): Uint8Array {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const document = parseDocument(text, { intAsBigInt: true, uniqueKeys: false, logLevel: 'error' })
    const error = document.errors[0]
    if (error !== undefined) throw corrupt(subject, `YAML document: ${firstLine(error.message)}`, error.pos[0], error)
    const sink = new JsonTextSink(subject)
    write(document.contents, { document, subject, sink, budget: MAX_ALIASED_VALUES }, 0, false)
    return sink.bytes()
  } catch (cause) {
    // The library recurses, so very deep documents end in a RangeError; other errors are invalid UTF-8.
    if (isFailure(cause)) throw cause
    throw corrupt(subject, `not a YAML document: ${messageOf(cause)}`, 0, cause)
  }
}

function write(node: Node | null, walk: Walk, depth: number, aliased: boolean): void {
  const { sink } = walk
  if (depth > MAX_DEPTH) throw corrupt(walk.subject, `YAML document nested deeper than ${MAX_DEPTH}`, offsetOf(node))
  if (aliased && walk.budget-- === 0) {
    throw corrupt(walk.subject, `YAML aliases repeat more than ${MAX_ALIASED_VALUES} values`, offsetOf(node))
  }
  if (isAlias(node)) {
    const target = node.resolve(walk.document)
    if (target === undefined) throw corrupt(walk.subject, `YAML alias ${node.source} without an anchor`, offsetOf(node))
    write(target, walk, depth + 1, true)
  } else if (isMap<Node, Node | null>(node)) {
    sink.open('object')
    for (const { key, value } of node.items) {
      sink.name(nameOf(key, walk))
      write(value, walk, depth + 1, aliased)
    }
    sink.close()
  } else if (isSeq<Node | null>(node)) {
    sink.open('array')
    for (const item of node.items) write(item, walk, depth + 1, aliased)
    sink.close()
  } else writeScalar(isScalar(node) ? node.value : null, isScalar(node) ? node.source : undefined, sink)
}

function writeScalar(value: unknown, source: string | undefined, sink: JsonTextSink): void {
  if (typeof value === 'bigint') sink.scalar(value)
  else if (typeof value === 'number') {
    // The library reads decimals as doubles; the text has the digits.
    const exact = source !== undefined && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(source) ? exactNumber(source) : value
    if (typeof exact === 'number') sink.float(value, false)
    else sink.scalar(exact)
  } else if (typeof value === 'string' || typeof value === 'boolean') sink.scalar(value)
  else sink.scalar(null)
}

function nameOf(key: Node, walk: Walk): string {
  const target = isAlias(key) ? key.resolve(walk.document) : key
  if (!isScalar(target)) throw corrupt(walk.subject, 'YAML name that is no scalar', offsetOf(key))
  return target.source ?? String(target.value)
}

function offsetOf(node: Node | null): number {
  return node?.range?.[0] ?? 0
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!
}
