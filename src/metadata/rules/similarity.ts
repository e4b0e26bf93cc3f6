import type { FieldRule, SettingsRule } from '../rule.ts'
import { withoutMembers } from '../json-edit.ts'

const OLD = new Set<unknown>(['default', 'classic', 'TF/IDF'])
const OLD_MODELS = /^(be|d|p)$/

/** Scoring by TF/IDF ended with 7.0. */
export const fieldSimilarity: FieldRule = {
  kind: 'field',
  name: 'field-similarity',
  summary: 'Fields with the `classic` or `default` similarity, TF/IDF, are scored by BM25.',
  edit(field, entry) {
    if (!OLD.has(field['similarity'])) return field
    entry.note(
      'approximated',
      'similarity',
      field['similarity'],
      undefined,
      'TF/IDF ended with 7.0; BM25 scores differently',
    )
    return withoutMembers(field, 'similarity')
  },
}

/** Configured similarities. */
export const configuredSimilarity: SettingsRule = {
  kind: 'settings',
  name: 'similarity',
  summary: 'Similarities are kept; TF/IDF and the models that ended with 7.0 become BM25.',
  edit(settings, entry) {
    for (const [name, value] of settings) {
      const similarity = /^(index\.similarity\.[^.]+)\.type$/.exec(name)?.[1]
      if (similarity === undefined) continue
      const model = settings.get(`${similarity}.basic_model`)
      const after = settings.get(`${similarity}.after_effect`)
      const removed = (typeof model === 'string' && OLD_MODELS.test(model)) || after === 'no'
      if (!OLD.has(value) && !removed) continue
      settings.set(name, 'BM25')
      entry.note('approximated', name, value, 'BM25', 'this similarity ended with 7.0; BM25 scores differently')
      for (const [other, lost] of settings) {
        if (!other.startsWith(`${similarity}.`) || other === name || other === `${similarity}.discount_overlaps`)
          continue
        settings.delete(other)
        entry.note('dropped', other, lost, undefined, 'is no parameter of BM25')
      }
    }
  },
}
