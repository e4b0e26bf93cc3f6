import { describe, expect, test } from 'vitest'
import type { Translated } from '../../../src/metadata/change.ts'
import { RULES } from '../../../src/metadata/rules.ts'
import { EXAMPLES } from './rule-examples.ts'
import { plain, translate, translateAsTemplate } from './translate.ts'

/** What one rule did, in a form that a table can state. */
function deedsOf({ changes, problems }: Translated, rule: string): unknown[] {
  return [
    ...changes
      .filter((change) => change.rule === rule)
      .map(({ action, path, after }) => [action, path, ...(after === undefined ? [] : [plain(after)])]),
    ...problems.filter((problem) => problem.rule === rule).map(({ path }) => ['problem', path]),
  ]
}

const names = [...new Set(RULES.map(({ name }) => name))]

test('there is an example for every rule, and for no other', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(names.sort())
})

describe.each(names)('rule %s', (name) => {
  const examples = EXAMPLES[name]!

  test('does what its examples say, and gives a reason for each', () => {
    for (const { does, ...example } of examples) {
      const translated = translate(example)
      expect(deedsOf(translated, name)).toEqual(does)
      for (const { rule, reason } of translated.changes) if (rule === name) expect(reason).not.toBe('')
    }
  })

  test.each(['legacy template', 'index template', 'component template'] as const)('does the same in a %s', (kind) => {
    for (const { does, ...example } of examples) expect(deedsOf(translateAsTemplate(example, kind), name)).toEqual(does)
  })

  test('changes nothing in an index of the target itself', () => {
    const settings = { 'index.number_of_replicas': '2', 'index.codec': 'best_compression' }
    const mappings = { _doc: { dynamic: 'strict', properties: { a: { type: 'keyword' }, d: { type: 'date' } } } }
    expect(deedsOf(translate({ from: 'opensearch 2.19', settings, mappings }), name)).toEqual([])
  })

  test('says in one sentence what it does', () => {
    for (const { summary } of RULES.filter((rule) => rule.name === name)) expect(summary).toMatch(/^.{15,}\.$/)
  })
})
