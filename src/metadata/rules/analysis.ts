import type { SettingValue } from '../flat-settings.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { FieldRule, RuleContext, SettingsRule } from '../rule.ts'

type Settings = Map<string, SettingValue>

/** Names of built-in components that changed, by the kind of component. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  filter: { nGram: 'ngram', edgeNGram: 'edge_ngram', delimited_payload_filter: 'delimited_payload' },
  tokenizer: { nGram: 'ngram', edgeNGram: 'edge_ngram', PathHierarchy: 'path_hierarchy' },
  char_filter: { htmlStrip: 'html_strip' },
}

/** Built-in analysis components under their present names. */
export const analysisNames: SettingsRule = {
  kind: 'settings',
  name: 'analysis-names',
  summary: 'Tokenizers and filters that were renamed (`nGram`, `edgeNGram`, `htmlStrip`, …) get their present names.',
  edit(settings, entry) {
    for (const [name, value] of settings) {
      const after = renamedSetting(name, value, settings)
      if (after === undefined) continue
      settings.set(name, after)
      entry.note('changed', name, value, after, 'the component has another name now')
    }
  },
}

function renamedSetting(name: string, value: SettingValue, settings: Settings): SettingValue | undefined {
  const type = /^index\.analysis\.(filter|tokenizer|char_filter)\.[^.]+\.type$/.exec(name)?.[1]
  if (type !== undefined && typeof value === 'string') return renamed(type, value)
  const kind = /^index\.analysis\.(?:analyzer|normalizer)\.[^.]+\.(filter|tokenizer|char_filter)$/.exec(name)?.[1]
  if (kind === undefined) return undefined
  const names = namesOf(value)
  const after = names.map((one) => (isDefined(kind, one, settings) ? one : (renamed(kind, one) ?? one)))
  if (after.every((one, index) => one === names[index])) return undefined
  return kind === 'tokenizer' ? after[0] : after
}

function renamed(kind: string, name: string): string | undefined {
  const names = RENAMED[kind] ?? {}
  return Object.hasOwn(names, name) ? names[name] : undefined
}

function isDefined(kind: string, name: string, settings: Settings): boolean {
  return settings.has(`index.analysis.${kind}.${name}.type`)
}

/** One name, a list, or names between commas. */
function namesOf(value: SettingValue): readonly string[] {
  return typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value
}

/** The `standard` token filter, which did nothing, ended with 7.0. */
export const standardFilter: SettingsRule = {
  kind: 'settings',
  name: 'standard-filter',
  summary: 'The token filter `standard`, which did nothing, is taken out; it is refused since 7.0.',
  edit(settings, entry) {
    const gone = new Set(['standard'])
    for (const [name, value] of settings) {
      const filter = /^index\.analysis\.filter\.([^.]+)\.type$/.exec(name)?.[1]
      if (filter === undefined) continue
      if (value !== 'standard') {
        gone.delete(filter)
        continue
      }
      gone.add(filter)
      settings.delete(name)
      entry.note('dropped', name, value, undefined, 'the filter did nothing and no longer exists')
    }
    for (const [name, value] of settings) {
      if (!/^index\.analysis\.(analyzer|normalizer)\.[^.]+\.filter$/.test(name)) continue
      const names = namesOf(value)
      const after = names.filter((one) => !gone.has(one))
      if (after.length === names.length) continue
      settings.set(name, after)
      entry.note('changed', name, value, after, 'the filter `standard` did nothing and no longer exists')
    }
  },
}

/** Analyzers that ended. */
export const endedAnalyzers: SettingsRule = {
  kind: 'settings',
  name: 'ended-analyzers',
  summary: '`standard_html_strip` is spelt out; `default_index` is `default`; aliases of analyzers become copies.',
  edit(settings, entry) {
    for (const [name, value] of settings) {
      const analyzer = /^(index\.analysis\.analyzer\.[^.]+)\.type$/.exec(name)?.[1]
      if (analyzer === undefined || value !== 'standard_html_strip') continue
      settings.set(name, 'custom').set(`${analyzer}.tokenizer`, 'standard')
      settings.set(`${analyzer}.char_filter`, ['html_strip']).set(`${analyzer}.filter`, ['lowercase'])
      entry.note('changed', name, value, 'custom', 'the analyzer ended with 7.0; its parts are still there')
    }
    renameDefaults(settings, entry)
    copyAliases(settings, entry)
  },
}

function renameDefaults(settings: Settings, entry: LedgerEntry): void {
  const members = (analyzer: string): [string, SettingValue][] =>
    [...settings].filter(([name]) => name.startsWith(`index.analysis.analyzer.${analyzer}.`))
  const move = (from: string, to: string): void => {
    for (const [name, value] of members(from)) {
      const after = name.replace(`.analyzer.${from}.`, `.analyzer.${to}.`)
      settings.delete(name)
      settings.set(after, value)
      entry.note('changed', name, value, undefined, `is ${after} since 5.0`)
    }
  }
  if (members('default_index').length === 0) return
  // What was `default` served searches only.
  if (members('default_search').length === 0) move('default', 'default_search')
  move('default_index', 'default')
}

function copyAliases(settings: Settings, entry: LedgerEntry): void {
  for (const [name, value] of [...settings]) {
    const analyzer = /^index\.analysis\.analyzer\.([^.]+)\.alias$/.exec(name)?.[1]
    if (analyzer === undefined) continue
    settings.delete(name)
    entry.note(
      'changed',
      name,
      value,
      undefined,
      'analyzers have no aliases since 5.0; each alias is an analyzer of its own',
    )
    const prefix = `index.analysis.analyzer.${analyzer}.`
    const members = [...settings].filter(([member]) => member.startsWith(prefix))
    for (const alias of namesOf(value)) {
      for (const [member, copied] of members) {
        settings.set(`index.analysis.analyzer.${alias}.${member.slice(prefix.length)}`, copied)
      }
    }
  }
}

/** Parameters that are refused. */
export const endedAnalysisParameters: SettingsRule = {
  kind: 'settings',
  name: 'ended-analysis-parameters',
  summary: '`enable_position_increments` of stop filters is refused since 2.0.',
  edit(settings, entry) {
    for (const [name, value] of settings) {
      if (!/^index\.analysis\.filter\.[^.]+\.enable_position_increments$/.test(name)) continue
      settings.delete(name)
      entry.note('dropped', name, value, undefined, 'positions are always counted')
    }
  },
}

/** Limits of n-grams and shingles since 7.0. */
export const gramLimits: SettingsRule = {
  kind: 'settings',
  name: 'gram-limits',
  summary: 'N-grams and shingles wider than the limits of 7.0 keep working: the limits are raised.',
  source: { distribution: 'elasticsearch', before: '7.0' },
  edit(settings, entry) {
    raise('index.max_ngram_diff', 1, widest(settings, 'ngram', ['min_gram', 1], ['max_gram', 2]), settings, entry)
    const shingles = widest(settings, 'shingle', ['min_shingle_size', 2], ['max_shingle_size', 2])
    // Single words count as one more.
    raise('index.max_shingle_diff', 3, shingles + 1, settings, entry)
  },
}

function raise(name: string, limit: number, needed: number, settings: Settings, entry: LedgerEntry): void {
  const before = settings.get(name)
  if (needed <= Number(before ?? limit)) return
  settings.set(name, String(needed))
  entry.note(
    'changed',
    name,
    before,
    String(needed),
    `the analysis needs more than the limit of ${String(before ?? limit)}`,
  )
}

/** The largest difference between two sizes over all components of one type. */
function widest(
  settings: Settings,
  type: string,
  min: readonly [string, number],
  max: readonly [string, number],
): number {
  let difference = 0
  for (const [name, value] of settings) {
    const component = /^(index\.analysis\.(?:filter|tokenizer)\.[^.]+)\.type$/.exec(name)?.[1]
    if (component === undefined || value !== type) continue
    const size = ([parameter, standard]: readonly [string, number]): number =>
      Number(settings.get(`${component}.${parameter}`) ?? standard)
    difference = Math.max(difference, size(max) - size(min))
  }
  return difference
}

/** Components that plugins bring, by their names. Source: the documentation of the analysis plugins of OpenSearch. */
const PLUGINS: readonly (readonly [RegExp, string])[] = [
  [/^icu_(analyzer|tokenizer|normalizer|folding|collation|transform)$/, 'analysis-icu'],
  [
    /^(kuromoji(_(completion|tokenizer|baseform|part_of_speech|readingform|stemmer|number|iteration_mark))?|ja_stop)$/,
    'analysis-kuromoji',
  ],
  [/^nori(_(tokenizer|part_of_speech|readingform|number))?$/, 'analysis-nori'],
  [/^phonetic$/, 'analysis-phonetic'],
  [/^smartcn(_(tokenizer|stop|sentence|word))?$/, 'analysis-smartcn'],
  [/^polish(_(stem|stop))?$/, 'analysis-stempel'],
  [/^ukrainian$/, 'analysis-ukrainian'],
]

/** The plugin that brings a component and that the target lacks. */
function missingPlugin(component: string, { target }: RuleContext): string | undefined {
  const plugin = PLUGINS.find(([pattern]) => pattern.test(component))?.[1]
  return plugin === undefined || target.plugins.has(plugin) ? undefined : plugin
}

function needsPlugin(plugin: string, member: string, entry: LedgerEntry): void {
  entry.problem(member, `needs the plugin ${plugin} on the target`, `install ${plugin} on every node of the target`)
}

/** What the target's nodes must have for an analysis to work. */
export const analysisNeeds: SettingsRule = {
  kind: 'settings',
  name: 'analysis-needs',
  summary: 'Files and plugins that an analysis needs on the nodes of the target are pointed out.',
  edit(settings, entry, context) {
    for (const [name, value] of settings) {
      if (!name.startsWith('index.analysis.')) continue
      if (/_path$/.test(name) && typeof value === 'string') {
        entry.problem(
          name,
          `needs the file ${value} on every node of the target`,
          'copy it there, or write its lines into the settings',
        )
      }
      const kind = /\.(type|tokenizer|filter|char_filter)$/.exec(name)?.[1]
      if (kind === undefined) continue
      const missing = namesOf(value)
        .filter((component) => kind === 'type' || !isDefined(kind, component, settings))
        .map((component) => missingPlugin(component, context))
        .find((plugin) => plugin !== undefined)
      if (missing !== undefined) needsPlugin(missing, name, entry)
    }
  },
}

/** The same for analyzers that fields name without any setting. */
export const analyzerNeeds: FieldRule = {
  kind: 'field',
  name: 'analysis-needs',
  summary: 'Plugins that the analyzers of fields need on the nodes of the target are pointed out.',
  edit(field, entry, context) {
    for (const member of ['analyzer', 'search_analyzer', 'search_quote_analyzer', 'index_analyzer']) {
      const name = field[member]
      if (typeof name !== 'string' || context.settings.has(`index.analysis.analyzer.${name}.type`)) continue
      const missing = missingPlugin(name, context)
      if (missing !== undefined) needsPlugin(missing, member, entry)
    }
    return field
  },
}
