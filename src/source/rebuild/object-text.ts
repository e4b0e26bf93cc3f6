/** Values by name, where a name may stand for an object of its own. */
interface Node {
  readonly children: Map<string, Node>
  text: string | undefined
}

/** Builds the JSON text of one object from texts at paths; members are sorted by name, as a server sorts them. */
export class ObjectText {
  readonly #root: Node = { children: new Map(), text: undefined }

  /** Puts a value at a path; it takes the place of whatever is there. Undefined takes it away. */
  set(path: readonly string[], text: string | undefined): void {
    let node = this.#root
    for (const name of path) {
      let child = node.children.get(name)
      if (child === undefined) {
        child = { children: new Map(), text: undefined }
        node.children.set(name, child)
      }
      node = child
    }
    node.children.clear()
    node.text = text
  }

  /** True when there is a value at a path, or at an object around it. */
  isSet(path: readonly string[]): boolean {
    let node: Node | undefined = this.#root
    for (const name of path) {
      node = node.children.get(name)
      if (node === undefined) return false
      if (node.text !== undefined) return true
    }
    return false
  }

  toString(): string {
    return render(this.#root) ?? '{}'
  }
}

function render(node: Node): string | undefined {
  if (node.text !== undefined) return node.text
  const members: string[] = []
  for (const name of [...node.children.keys()].sort()) {
    const text = render(node.children.get(name)!)
    if (text !== undefined) members.push(`${JSON.stringify(name)}:${text}`)
  }
  return members.length === 0 ? undefined : `{${members.join(',')}}`
}
