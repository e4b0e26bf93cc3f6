import { addToGroup } from '../core/groups.ts'
import type { SourceIndex } from '../metadata/source-index.ts'
import { nameList } from '../repository/close-names.ts'
import { settingText } from '../repository/flat-settings.ts'
import { decodeVersionId } from '../repository/version-id.ts'
import { lostFields } from '../source/rebuild/describe-keeping.ts'
import { sourceKeeping, type SourceKind } from '../source/rebuild/source-kind.ts'
import { sourcelessFor, type Sourceless } from '../source/rebuild/sourceless.ts'

/** Fields that a warning names; the others are counted. */
const FIELDS = 5

/**
 * What becomes of documents whose sources are not stored as they were sent, a sentence for each set of indices that are
 * alike; none when all are stored. `asked` is `documentBackfill.sourceless`. Pure.
 */
export function sourceWarnings(indices: Iterable<SourceIndex>, asked: Sourceless | undefined): string[] {
  const alike = new Map<string, string[]>()
  for (const index of indices) {
    const what = whatBecomes(index, asked)
    if (what === undefined) continue
    addToGroup(alike, what, index.name)
  }
  return [...alike].map(([what, names]) => `the documents of ${nameList(names)} ${what}`)
}

function whatBecomes({ settings, mappings }: SourceIndex, asked: Sourceless | undefined): string | undefined {
  const created = settingText(settings, 'index.version.created')
  const createdVersion = created === undefined ? undefined : decodeVersionId(Number(created))
  const metadata = { settings, mappings, createdVersion }
  const { kind, withoutVectors } = sourceKeeping(metadata)
  const lost = nameList(
    lostFields(metadata).map(({ field }) => field),
    FIELDS,
  )
  // The mapping tells that a field cannot be rebuilt, not whether any document has it.
  const unlessLost = lost === 'none' ? '' : `; one that has a value of ${lost} is rejected, as that cannot be rebuilt`
  if (kind === 'stored') {
    return withoutVectors && unlessLost !== ''
      ? `have sources without vectors, which are put back${unlessLost}`
      : undefined
  }
  switch (sourcelessFor(kind, asked)) {
    case 'complete':
      return lost === 'none'
        ? 'have filtered sources: what was filtered out is put back from columns and stored fields'
        : `have filtered sources: what was filtered out is put back where that is all of it; a document that has a value of ${lost} goes over as stored, as that cannot be rebuilt; documentBackfill.sourceless: rebuild puts the other fields back`
    case 'reject':
      if (kind === 'filtered') return 'have filtered sources: those that lack a field are rejected'
      return `have ${kind} sources: they are rejected; documentBackfill.sourceless: rebuild puts them together`
    case 'fail':
      return `have ${kind} sources: the load stops at the first one${kind === 'filtered' ? ' that lacks a field' : ''}, as documentBackfill.sourceless: fail asks for`
    case 'rebuild':
      return REBUILT[kind] + (kind === 'synthetic' ? unlessLost : lost === 'none' ? '' : `, without ${lost}`)
  }
}

const REBUILT: Readonly<Record<Exclude<SourceKind, 'stored'>, string>> = {
  synthetic: 'have synthetic sources: they are rebuilt as the server returns them',
  filtered: 'have filtered sources: what was filtered out is put back from columns and stored fields',
  disabled:
    'have disabled sources: they are rebuilt as far as columns, stored fields and recovery copies have their values',
}
