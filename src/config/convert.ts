import { Document, isMap, isScalar, isSeq, visit } from 'yaml'
import { configToNewer } from './config-to-newer.ts'
import type { Config } from './config.ts'
import type { Diagnostic } from './diagnostic.ts'
import { loadConfig } from './load.ts'
import { newerSchema } from './newer-schema.ts'
import { newerToPage } from './newer-to-page.ts'
import { parseYaml } from './parse-yaml.ts'
import { withoutCommentKeys } from './newer-form.ts'

/** A configuration in the other form. */
export interface Converted {
  readonly from: Config['form']
  readonly to: Config['form']
  readonly text: string
  /** What means something else than before, is left out or has to be filled in, as sentences. */
  readonly changes: readonly string[]
}

/** What came of a conversion: the other form when there is no error, and every finding in the text that was given. */
export interface ConversionResult {
  readonly converted?: Converted
  readonly diagnostics: readonly Diagnostic[]
}

/** Writes a configuration in the other form; comments are not carried over, labels of passes become comments. */
export function convertConfig(text: string): ConversionResult {
  const { config, diagnostics } = loadConfig(text)
  if (config === undefined) return { diagnostics }
  if (config.form === 'page') {
    const { newer, changes } = configToNewer(config)
    return { converted: { from: 'page', to: 'newer', text: write(new Document(newer)), changes }, diagnostics }
  }
  const newer = newerSchema.parse(withoutCommentKeys(parseYaml(text).value ?? {}))
  const { page, origins, changes } = newerToPage(newer)
  const document = new Document(page)
  for (const [position, { label }] of origins) {
    const [migration, group] = position.split('.')
    const node = document.getIn(['migrations', Number(migration), 'snapshotMigrations', Number(group)])
    if (isMap(node)) node.commentBefore = ` ${label}`
  }
  const ignored = diagnostics
    .filter((diagnostic) => diagnostic.code === 'CFG_NO_EFFECT')
    .map((diagnostic) => `'${diagnostic.path.at(-1)!}' in line ${diagnostic.line} is left out`)
  return {
    converted: { from: 'newer', to: 'page', text: write(document), changes: [...changes, ...ignored] },
    diagnostics,
  }
}

function write(document: Document): string {
  visit(document, {
    // Lists of texts are short and read best in one line.
    Seq: (_, seq) => {
      if (seq.items.every((item) => isScalar(item))) seq.flow = true
    },
    Map: (_, map) => {
      if (map.items.length === 0) map.flow = true
    },
    Pair: (_, pair) => {
      if (isScalar(pair.key) && pair.key.value === 'version' && isScalar(pair.value)) pair.value.type = 'QUOTE_DOUBLE'
    },
  })
  const { contents } = document
  if (isMap(contents)) {
    for (const pair of contents.items.slice(1)) {
      if (isScalar(pair.key) && (isMap(pair.value) || isSeq(pair.value))) pair.key.spaceBefore = true
    }
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}
