/** A place as people read it: `snapshotMigrations[1].indices`, `the configuration`. */
export function placeName(path: readonly string[]): string {
  if (path.length === 0) return 'the configuration'
  return path.reduce((text, key) => (/^\d+$/.test(key) ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`), '')
}

/** The value at a path of plain data, undefined when there is none. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined
    current = (current as Record<string, unknown>)[key]
  }
  return current
}

/** True for a map of keys. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The entries of a map of keys; none for anything else. */
export function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : []
}

/** The entries of a list with their positions as keys; none for anything else. */
export function itemsOf(value: unknown): [string, unknown][] {
  return Array.isArray(value) ? value.map((item, index): [string, unknown] => [String(index), item]) : []
}

/** The texts of a list; others are left out. */
export function textsOf(value: unknown): string[] {
  return itemsOf(value).flatMap(([, item]) => (typeof item === 'string' ? [item] : []))
}
