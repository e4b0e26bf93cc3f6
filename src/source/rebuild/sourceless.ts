import type { SourceKind } from './source-kind.ts'

/** What to do with documents whose source is not stored as it was sent. */
export const SOURCELESS = ['rebuild', 'reject', 'fail'] as const

/** What to do with a document whose source is not stored: put it together, leave it out with its reason, or stop. */
export type Sourceless = (typeof SOURCELESS)[number]

/** What is done with the documents of an index; `complete` puts filtered sources back together where that makes them whole. */
export type Treatment = Sourceless | 'complete'

/**
 * What is done with the documents of an index: what was asked for; else synthetic sources, which the server rebuilds too, are
 * rebuilt, filtered ones completed or left as they are stored, and disabled ones rejected.
 */
export function sourcelessFor(kind: SourceKind, asked: Sourceless | undefined): Treatment {
  if (asked !== undefined) return asked
  switch (kind) {
    case 'synthetic':
      return 'rebuild'
    case 'filtered':
    case 'stored':
      return 'complete'
    case 'disabled':
      return 'reject'
  }
}

/** The choice that a text names; undefined when it names none. */
export function toSourceless(text: string | undefined): Sourceless | undefined {
  return SOURCELESS.find((choice) => choice === text)
}
