import { describe, expect, test } from 'vitest'
import { remedyInWords, remedyOf } from '../../../src/metadata/remedy.ts'

const change = (rule: string, path: string): { readonly rule: string; readonly path: string } => ({ rule, path })
const index = {
  kind: 'index',
  name: 'books',
  changes: [
    change('string-type', 'mappings.properties.author.properties.name.type'),
    change('norms', 'mappings.properties.author.properties.name.norms'),
    change('merge-types', 'mappings'),
    change('codec', 'settings.index.codec'),
  ],
}
const template = {
  kind: 'index template',
  name: 'books',
  changes: [change('units', 'template.settings.index.refresh_interval')],
}

describe('what helps against a refusal', () => {
  test.each([
    ['unknown setting [index.acme] please check', index, 'settings.index.acme', [], 'settings.remove: ["index.acme"]'],
    ['unknown value for [index.codec] must be one of', index, 'settings.index.codec', ['codec'], 'settings.set'],
    [
      'Failed to parse value [x] for setting [index.refresh_interval]',
      template,
      'settings.index.refresh_interval',
      ['units'],
      '"-books" in metadataMigration.indexTemplateAllowlist',
    ],
    [
      'mapper [author.name] cannot be changed from type [long] to [ObjectMapper]',
      index,
      'mappings.properties.author.properties.name',
      ['string-type', 'norms'],
      'mappings.set: { "author.name": … }',
    ],
    ['No handler for type [acme] declared on field [a]', index, 'mappings.properties.a', [], 'mappings.remove'],
    ['Mapping definition for [a] has unsupported parameters:  [b : 1]', index, 'mappings.properties.a', [], 'mappings'],
    ['Root mapping definition has unsupported parameters:  [b : {}]', index, 'mappings.b', [], '"-books" in indices'],
    [
      'Limit of total fields [1000] has been exceeded',
      index,
      'settings.index.mapping.total_fields.limit',
      [],
      'settings.set: { index.mapping.total_fields.limit: … }',
    ],
    ['Unknown tokenizer type [icu_tokenizer] for [t]', index, 'settings.index.analysis', [], 'brings icu_tokenizer'],
    [
      'Custom Analyzer [a] failed to find filter under name [f]',
      index,
      'settings.index.analysis',
      [],
      'the plugin that brings f ',
    ],
    ['analyzer [kuromoji] has not been configured in mappings', template, 'settings.index.analysis', [], 'kuromoji'],
    [
      'Invalid alias name [red]: an index or data stream exists with the same name as the alias',
      index,
      'aliases.red',
      [],
      'remove the alias on the source',
    ],
    ['the target has an alias of that name, of index other', index, undefined, [], 'from index other of the target'],
    [
      'index template [books] has index patterns [b*] matching patterns from existing templates [mine] with patterns ' +
        '(mine => [b*]) that have the same priority [200], multiple index templates may not match during index creation',
      template,
      'priority',
      [],
      'change the priority',
    ],
    [
      'index template [books] specifies component templates [c] that do not exist',
      template,
      'composed_of',
      [],
      'componentTemplateAllowlist',
    ],
    ['this cluster currently has [1000]/[1000] maximum shards open', index, undefined, [], 'max_shards_per_node'],
    ['the target has another one: settings.index.codec is nothing', index, undefined, [], 'existingIndex'],
    ['something nobody has seen', index, undefined, [], 'onRefused: continue'],
  ])('%s', (words, refused, path, rules, advice) => {
    const remedy = remedyOf(words, refused)
    expect(remedy).toMatchObject({ rules, advice: expect.stringContaining(advice) as string })
    expect(remedy.path).toBe(path)
  })

  test('is said in a sentence with the place and the rules that changed it', () => {
    const words = remedyInWords(remedyOf('unknown value for [index.codec] must be', index))
    expect(words).toMatch(/^It is about settings\.index\.codec, which rule codec changed\. Leave it out with .*\.$/)
    expect(remedyInWords(remedyOf('no', index))).toMatch(/^Leave it out .*\.$/)
  })
})
