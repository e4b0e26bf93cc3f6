import { addToGroup } from '../../core/groups.ts'
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const NO_LISTS: ReadonlyMap<string, readonly number[]> = new Map()

/** An object under construction. */
interface Level {
  readonly names: readonly string[]
  readonly members: string[]
}

/**
 * The object of a `flattened` field from its sorted `key NUL value` pairs, whose keys are paths with dots; undefined when one
 * is no such pair. A key that has both a value and keys below keeps these as names with dots beside it.
 *
 * @param lists the places of the lists that were sent, by key: for each the number of a distinct value, -1 for null.
 */
export function flattenedText(
  pairs: readonly Uint8Array[],
  lists: ReadonlyMap<string, readonly number[]> = NO_LISTS,
): string | undefined {
  const byKey = new Map<string, string[]>()
  for (const pair of pairs) {
    const end = pair.indexOf(0)
    if (end === -1) return undefined
    const [key, value] = [decode(pair.subarray(0, end)), decode(pair.subarray(end + 1))]
    if (key === undefined || value === undefined) return undefined
    addToGroup(byKey, key, value)
  }
  const keyed = lists.size === 0 ? byKey : inLists(byKey, lists)
  if (keyed === undefined) return undefined
  let open: Level[] = [{ names: [], members: [] }]
  let lastLeaf: string | undefined
  const close = (depth: number): void => {
    while (open.length > depth) {
      const { names, members } = open.pop()!
      open.at(-1)!.members.push(`${JSON.stringify(names.at(-1))}:{${members.join(',')}}`)
    }
  }
  for (const [key, values] of keyed) {
    const names = key.split('.')
    const leaf = names.pop()!
    close(1 + commonLength(open.at(-1)!.names, names))
    const below = names.slice(open.length - 1)
    const text = values.length === 1 ? JSON.stringify(values[0]) : JSON.stringify(values)
    if (below.length > 0 && below[0] === lastLeaf) {
      open.at(-1)!.members.push(`${JSON.stringify([...below, leaf].join('.'))}:${text}`)
      continue
    }
    open = [...open, ...below.map((_, at) => ({ names: names.slice(0, open.length + at), members: [] }))]
    open.at(-1)!.members.push(`${JSON.stringify(leaf)}:${text}`)
    lastLeaf = leaf
  }
  close(1)
  return `{${open[0]!.members.join(',')}}`
}

/** The values in the places of their lists, by key in the order of the pairs; undefined for a place without a value. */
function inLists(
  byKey: ReadonlyMap<string, string[]>,
  lists: ReadonlyMap<string, readonly number[]>,
): Map<string, (string | null)[]> | undefined {
  const keys = [...new Set([...byKey.keys(), ...lists.keys()])]
  keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const placed = new Map<string, (string | null)[]>()
  for (const key of keys) {
    const values = byKey.get(key) ?? []
    const list = (lists.get(key) ?? Array.from(values.keys())).map((place) => (place === -1 ? null : values[place]))
    if (list.includes(undefined)) return undefined
    placed.set(key, list as (string | null)[])
  }
  return placed
}

function commonLength(left: readonly string[], right: readonly string[]): number {
  let length = 0
  while (length < left.length && length < right.length && left[length] === right[length]) length++
  return length
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}
