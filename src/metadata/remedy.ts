import type { Change } from './change.ts'

/** What a user can do about an object that the target refused. */
export interface Remedy {
  /** What the target objects to, as a dotted path like that of a {@link Change}; undefined when its words name no part. */
  readonly path?: string
  /** Names of the rules that wrote what stands there. */
  readonly rules: readonly string[]
  /** Keys of the configuration, or work on either cluster. */
  readonly advice: string
}

/** A refused object: what it is, and what was done to it on the way. */
export interface Refused {
  readonly kind: string
  readonly name: string
  readonly changes: readonly Pick<Change, 'rule' | 'path'>[]
}

/** Finds what the words of a target are about. Pure; there is advice for any words. */
export function remedyOf(words: string, refused: Refused): Remedy {
  for (const { pattern, path, advice } of OBJECTIONS) {
    const match = pattern.exec(words)
    if (match === null) continue
    const named = match[1] ?? ''
    const place = path?.(named)
    return {
      ...(place === undefined ? {} : { path: place }),
      rules: place === undefined ? [] : rulesAt(place, refused.changes),
      advice: advice(named, refused),
    }
  }
  return { rules: [], advice: withoutIt(refused) }
}

/** A remedy as one sentence: where, which rule wrote it, and what to do. */
export function remedyInWords({ path, rules, advice }: Remedy): string {
  const words = advice.charAt(0).toUpperCase() + advice.slice(1)
  if (path === undefined) return `${words}.`
  const by = rules.length === 0 ? '' : `, which ${rules.length === 1 ? 'rule' : 'rules'} ${rules.join(', ')} changed`
  return `It is about ${path}${by}. ${words}.`
}

/** Words of a target about one thing; the first group names it. */
interface Objection {
  readonly pattern: RegExp
  readonly path?: (named: string) => string
  readonly advice: (named: string, refused: Refused) => string
}

const settingPath = (name: string): string => `settings.${name}`
const fieldPath = (name: string): string => `mappings.properties.${name.split('.').join('.properties.')}`

/** Only indices take changes of a configuration; other objects are left out, or changed on the source. */
const changeSetting = (name: string, refused: Refused): string =>
  refused.kind === 'index'
    ? `leave it out with metadataMigration.settings.remove: ["${name}"], or give it another value with metadataMigration.settings.set`
    : withoutIt(refused)

const changeField = (name: string, refused: Refused): string =>
  refused.kind === 'index'
    ? `give the field another mapping with metadataMigration.mappings.set: { "${name}": … }, or leave it out with metadataMigration.mappings.remove`
    : withoutIt(refused)

const raise = (setting: string, refused: Refused): string =>
  refused.kind === 'index'
    ? `raise the limit with metadataMigration.settings.set: { ${setting}: … }`
    : `raise ${setting} in the object on the source, or ${withoutIt(refused)}`

/** Source: refusals of OpenSearch 2.19.4 and 3.8.0. */
const OBJECTIONS: readonly Objection[] = [
  { pattern: /unknown setting \[([^\]]+)\]/i, path: settingPath, advice: changeSetting },
  { pattern: /(?:setting|value for) \[(index\.[^\]]+)\]/i, path: settingPath, advice: changeSetting },
  ...(
    [
      [/Limit of total fields/i, 'index.mapping.total_fields.limit'],
      [/Limit of nested fields/i, 'index.mapping.nested_fields.limit'],
      [/Limit of mapping depth/i, 'index.mapping.depth.limit'],
      [/longer than the limit of/i, 'index.mapping.field_name_length.limit'],
    ] as const
  ).map(([pattern, setting]): Objection => ({
    pattern,
    path: () => `settings.${setting}`,
    advice: (_, refused) => raise(setting, refused),
  })),
  { pattern: /field alias \[([^\]]+)\]/i, path: fieldPath, advice: changeField },
  {
    pattern: /(?:declared on field|mapper|Mapping definition for|for field) \[([^\]]+)\]/i,
    path: fieldPath,
    advice: changeField,
  },
  {
    pattern: /Root mapping definition has unsupported parameters: *\[([^ \]]+)/i,
    path: (name) => `mappings.${name}`,
    advice: (_, refused) => withoutIt(refused),
  },
  ...[
    /(?:under name|(?:tokenizer|filter|char_filter|analyzer|normalizer) type) \[([^\]]+)\]/i,
    /(?:analyzer|normalizer) \[([^\]]+)\]/i,
  ].map((pattern): Objection => ({
    pattern,
    path: () => 'settings.index.analysis',
    advice: (name, refused) =>
      `install the plugin that brings ${name} on every node of the target, or ` +
      (refused.kind === 'index' ? 'spell the analysis otherwise with metadataMigration.settings' : withoutIt(refused)),
  })),
  {
    pattern: /alias (?:name )?\[([^\]]+)\]/i,
    path: (name) => `aliases.${name}`,
    advice: (_, refused) =>
      `rename or delete what has that name on the target, remove the alias on the source and take a new snapshot, or ${withoutIt(refused)}`,
  },
  {
    pattern: /has an alias of that name, of index (.+)$/,
    advice: (index, refused) => `remove that alias from index ${index} of the target, or ${withoutIt(refused)}`,
  },
  {
    pattern: /the same priority \[|multiple index templates may not match/i,
    path: () => 'priority',
    advice: (_, refused) => `change the priority of the template on the target, or ${withoutIt(refused)}`,
  },
  {
    pattern: /component templates? \[([^\]]+)\] that do(?:es)? not exist/i,
    path: () => 'composed_of',
    advice: (name) => `bring ${name} as well, with metadataMigration.componentTemplateAllowlist`,
  },
  {
    pattern: /No processor type exists with name \[([^\]]+)\]/i,
    path: () => 'processors',
    advice: (name, refused) => `install the plugin with the processor ${name} on the target, or ${withoutIt(refused)}`,
  },
  {
    pattern: /maximum (?:normal )?shards open/i,
    advice: (_, refused) => `raise cluster.max_shards_per_node on the target, or ${withoutIt(refused)}`,
  },
  {
    pattern: /the target has (?:another )?one/,
    advice: () => 'remove the object from the target, or set metadataMigration.existingIndex to keep or update',
  },
]

/** The keys that choose objects, by their kind; others are indices or data streams. */
const CHOSEN_BY: Readonly<Record<string, string>> = {
  'index template': 'metadataMigration.indexTemplateAllowlist',
  'legacy template': 'metadataMigration.indexTemplateAllowlist',
  'component template': 'metadataMigration.componentTemplateAllowlist',
  'ingest pipeline': 'metadataMigration.ingestPipelineAllowlist',
}

function withoutIt({ kind, name }: Refused): string {
  const key = CHOSEN_BY[kind] ?? 'indices'
  return `leave it out with "-${name}" in ${key}, or go on without all that is refused with metadataMigration.onRefused: continue`
}

/** Rules whose changes are at a place, above it or below it, wherever in the object that is. */
function rulesAt(path: string, changes: Refused['changes']): string[] {
  const place = plain(path)
  const touches = (other: string): boolean =>
    other === place || other.startsWith(`${place}.`) || place.startsWith(`${other}.`)
  const rules = changes.filter(({ path: changed }) => changed.includes('.') && touches(plain(changed)))
  return [...new Set(rules.map(({ rule }) => rule))]
}

/** A path without what templates and mappings have between the names. */
function plain(path: string): string {
  return path.replace(/^template\./, '').replaceAll(/\.(?:properties|fields)(?=\.)/g, '')
}
