import type { JsonBytes } from '../../codec/json-bytes.ts'
import type { StoredByName } from './stored-values-of.ts'

const OPEN = 0x7b
const CLOSE = 0x7d

/** Writes the value of one document; false, and nothing is written, when it has none. */
export type WriteValue = (out: JsonBytes, doc: number, stored: StoredByName) => boolean

/** A value of objects of one form: where it lies in them, and what writes it. */
export interface TemplateValue {
  readonly path: readonly string[]
  readonly write: WriteValue
}

interface Node {
  readonly children: Map<string, Node>
  /** What writes the value; undefined for an object. */
  write: WriteValue | undefined
}

/**
 * Writes objects with values at the same paths, members sorted by name as a server sorts them; undefined where one path leads
 * through another, so that values could take each other's place.
 */
export function objectTemplate(values: readonly TemplateValue[]): WriteValue | undefined {
  const root: Node = { children: new Map(), write: undefined }
  for (const { path, write } of values) {
    let node = root
    for (const name of path) {
      if (node.write !== undefined) return undefined
      let child = node.children.get(name)
      if (child === undefined) {
        child = { children: new Map(), write: undefined }
        node.children.set(name, child)
      }
      node = child
    }
    if (node === root || node.write !== undefined || node.children.size > 0) return undefined
    node.write = write
  }
  return writerOf(root)
}

function writerOf({ children, write }: Node): WriteValue {
  if (write !== undefined) return write
  const members = [...children.keys()]
    .sort()
    .map((name) => ({ head: Buffer.from(`,${JSON.stringify(name)}:`), write: writerOf(children.get(name)!) }))
  return (out, doc, stored) => {
    const start = out.length
    let isEmpty = true
    for (const { head, write: writeMember } of members) {
      const before = out.length
      out.raw(head)
      if (writeMember(out, doc, stored)) isEmpty = false
      else out.length = before
    }
    if (isEmpty) return false
    // The comma before the first member.
    out.replace(start, OPEN)
    out.byte(CLOSE)
    return true
  }
}
