/** The form of objects with values at the same paths: where each value goes, members sorted by name as a server sorts them. */
export interface ObjectTemplate {
  /** The object with a text for each path, in their order; undefined where there is none. */
  render(texts: readonly (string | undefined)[]): string
}

interface Node {
  readonly children: Map<string, Node>
  /** Place of the value among the paths; undefined for an object. */
  place: number | undefined
}

/** The template of paths; undefined where one path leads through another, so that values could take each other's place. */
export function objectTemplate(paths: readonly (readonly string[])[]): ObjectTemplate | undefined {
  const root: Node = { children: new Map(), place: undefined }
  for (const [place, path] of paths.entries()) {
    let node = root
    for (const name of path) {
      if (node.place !== undefined) return undefined
      let child = node.children.get(name)
      if (child === undefined) {
        child = { children: new Map(), place: undefined }
        node.children.set(name, child)
      }
      node = child
    }
    if (node === root || node.place !== undefined || node.children.size > 0) return undefined
    node.place = place
  }
  const render = rendererOf(root)
  return { render: (texts) => render(texts) ?? '{}' }
}

function rendererOf({ children, place }: Node): (texts: readonly (string | undefined)[]) => string | undefined {
  if (place !== undefined) return (texts) => texts[place]
  const members = [...children.keys()]
    .sort()
    .map((name) => ({ head: `${JSON.stringify(name)}:`, render: rendererOf(children.get(name)!) }))
  return (texts) => {
    let object = ''
    for (const { head, render } of members) {
      const text = render(texts)
      if (text !== undefined) object += (object === '' ? '{' : ',') + head + text
    }
    return object === '' ? undefined : `${object}}`
  }
}
