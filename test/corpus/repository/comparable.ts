import type { FlatSettings } from '../../../src/repository/flat-settings.ts'

/** Members that servers add to templates and pipelines or print in another spelling than they store. */
const DATES = new Set(['created_date_millis', 'modified_date_millis', 'created_date', 'modified_date'])

/** A stored or reported object in the one form in which both can be compared: numbers that some releases print as text are text. */
export function comparable(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !DATES.has(name))
      .map(([name, member]) => [name, name === 'scaling_factor' ? Number(member) : comparable(member)]),
  )
}

/** Settings of an index as one object by dotted names. */
export function settingsObject(settings: FlatSettings): Record<string, unknown> {
  return Object.fromEntries(settings)
}

/** Nested settings as one object by dotted names. */
export function flatten(settings: object, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(flatten(value, `${prefix}${name}.`))
        : [[prefix + name, value] as const],
    ),
  )
}

/** Mappings by type as a server shows them: from 7.0 on (and in OpenSearch) the type level is left out. */
export function typeless(types: object, server: string): unknown {
  const major = Number(/^es-(\d+)/.exec(server)?.[1] ?? '7')
  return major < 7 ? types : (Object.values(types)[0] ?? {})
}

/** The list of `{type: mapping}` that templates of some releases store, as one object. */
export function mergeTypes(list: readonly object[]): object {
  return Object.fromEntries(list.flatMap((types) => Object.entries(types)))
}
