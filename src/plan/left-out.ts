import { addToGroup } from '../core/groups.ts'
import type { ConfigGroup } from '../config/config.ts'
import { nameList } from '../repository/close-names.ts'
import type { Offer } from './offer.ts'
import { selectNames } from './select-names.ts'

/** Warnings about what the patterns of a group match and what is left out nevertheless. */
export function leftOut(
  group: ConfigGroup,
  selected: ReadonlySet<string>,
  owners: ReadonlyMap<string, string>,
  offer: Offer,
): string[] {
  return [...shared(group, selected, owners), ...closed(group, offer)]
}

function shared(group: ConfigGroup, selected: ReadonlySet<string>, owners: ReadonlyMap<string, string>): string[] {
  const byOwner = new Map<string, string[]>()
  for (const name of [...selected].sort()) {
    const owner = owners.get(name)
    if (owner === undefined) continue
    addToGroup(byOwner, owner, name)
  }
  return [...byOwner].map(([owner, names]) => `${group.label} leaves out what ${owner} has already: ${nameList(names)}`)
}

function closed(group: ConfigGroup, offer: Offer): string[] {
  const names = [...selectNames(offer.closed, group.indices).selected].sort()
  if (names.length === 0) return []
  return [`${group.label} leaves out closed indices of ${offer.subject}: ${nameList(names)}; open them to migrate them`]
}
