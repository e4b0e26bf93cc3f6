import type { JsonValue } from '../codec/json-value.ts'
import type { Change, DocumentTransform, Problem, Translated } from './change.ts'
import { plainValue } from './json-edit.ts'

/** Where a rule writes down what it did; one ledger for one definition. */
export class Ledger {
  readonly changes: Change[] = []
  readonly problems: Problem[] = []
  readonly documentTransforms: DocumentTransform[] = []

  /** Everything written so far, as part of a translation. */
  result(): Omit<Translated, 'body'> {
    return { changes: this.changes, problems: this.problems, documentTransforms: this.documentTransforms }
  }

  /** The entries of one rule at the places below `path`. */
  entry(rule: string, path: string): LedgerEntry {
    return {
      path,
      note: (action, member, before, after, reason) => {
        const values = { before: plainValue(before), after: plainValue(after) }
        this.changes.push({ rule, action, path: join(path, member), ...values, reason })
      },
      problem: (member, detail, decision, concerns) => {
        const about = concerns === undefined ? {} : { concerns }
        this.problems.push({ rule, path: join(path, member), detail, decision, ...about })
      },
      transform: (transform) => {
        this.documentTransforms.push(transform)
      },
    }
  }
}

/** What a rule may write about one place; `member` is relative to that place and empty for the place itself. */
export interface LedgerEntry {
  readonly path: string
  note(
    action: Change['action'],
    member: string,
    before: JsonValue | undefined,
    after: JsonValue | undefined,
    reason: string,
  ): void
  problem(member: string, detail: string, decision: string, concerns?: Problem['concerns']): void
  transform(transform: DocumentTransform): void
}

function join(path: string, member: string): string {
  return member === '' || path === '' ? path + member : `${path}.${member}`
}
