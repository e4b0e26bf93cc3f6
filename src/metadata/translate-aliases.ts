import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { mapMembers } from './json-edit.ts'
import type { Ledger } from './ledger.ts'

const KNOWN = ['filter', 'index_routing', 'search_routing', 'routing', 'is_write_index', 'is_hidden']

/** Aliases with filter, routing and write index as they are; members of no request are left out. */
export function translateAliases(aliases: JsonObject, path: string, ledger: Ledger): JsonObject {
  return mapMembers(aliases, (alias, name) =>
    isJsonObject(alias)
      ? mapMembers(alias, (value, member) => {
          if (KNOWN.includes(member)) return value
          const entry = ledger.entry('alias-members', `${path}.${name}`)
          entry.note('dropped', member, value, undefined, 'the target has no such member of an alias')
          return undefined
        })
      : alias,
  )
}
