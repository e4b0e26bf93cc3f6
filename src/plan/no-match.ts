import { Failure } from '../core/failure.ts'
import { compileGlob } from '../core/patterns.ts'
import { counted } from '../core/units.ts'
import { closeNames, nameList } from '../repository/close-names.ts'
import type { Offer } from './offer.ts'

/** The failure for a pattern that matches nothing: what is there instead, and why what looks alike is not matched. */
export function noMatch(pattern: string, offer: Offer, group: string): Failure {
  return new Failure(
    'INDEX_NOT_FOUND',
    `pattern '${pattern}' of ${group} matches none of ${counted(offer.names.size, 'index', 'indices')}`,
    {
      op: 'select indices in',
      subject: offer.subject,
      hint: `${reason(pattern, offer)} allowEmpty: true lets a pattern match nothing.`,
    },
  )
}

function reason(pattern: string, { names, closed }: Offer): string {
  const matches = compileGlob(pattern)
  const shut = [...closed].filter(matches)
  if (shut.length > 0)
    return `Closed indices are not migrated, and ${nameList(shut)} ${shut.length === 1 ? 'is' : 'are'}.`
  const hidden = [...names].find((name) => name.startsWith('.') && compileGlob(`.${pattern}`)(name))
  if (hidden !== undefined)
    return `Names with a leading dot are matched only by a pattern with one, such as '${hidden}'.`
  if (names.size === 0) return 'There are no indices at all.'
  const close = closeNames(pattern, names)
  if (close.length > 0) return `Did you mean ${close.join(' or ')}?`
  const visible = [...names].filter((name) => !name.startsWith('.')).sort()
  return visible.length === 0 ? 'There are only indices with a leading dot.' : `There are ${nameList(visible)}.`
}
