import * as z from 'zod'
import { DIAGNOSTIC_CODES } from './diagnostic.ts'
import { newerSchema } from './newer-schema.ts'
import { pageSchema } from './page-schema.ts'
import { sampleConfig } from './sample.ts'
import { unwrap } from './schema-keys.ts'

type Schema = z.core.$ZodType

/** The page `docs/configuration.md`, made from the schemas. */
export function referencePage(): string {
  const codes = Object.entries(DIAGNOSTIC_CODES).map(([code, meaning]) => `- \`${code}\`: ${meaning}`)
  return `# Configuration

<!-- Made from the schema by test/unit/config/generated.test.ts; change the schema, not this file. -->

A configuration is one YAML file: clusters that documents come from, clusters that they go to, and migrations between them.
\`workflow configure sample --load\` saves this one to begin with:

\`\`\`yaml
${sampleConfig().trimEnd()}
\`\`\`

Only \`sourceClusters\`, \`targetClusters\` and \`migrations\` have to be there. A group without \`metadataMigration\` or
\`documentBackfill\` does both. Keys that are not known are errors. Every problem is reported at once, with its line and
column. Anchors, aliases and merge keys (\`<<\`) may be used.

Where no snapshot repository is named, the first of these is taken: \`defaults.snapshotRepo\`; the environment variable
\`WORKFLOW_SNAPSHOT_REPO\`; the one repository that is registered on the source and can be read by this program; the source's
\`path.repo\` when that folder can be read here. \`WORKFLOW_SNAPSHOT_REPO\` is a folder or \`s3://bucket/prefix\`, with \`?region=…\`,
\`&endpoint=…\`, \`&pathStyle=true\`, \`&roleArn=…\` and \`&readerRoleArn=…\` where they are needed;
\`file:///snapshots?sourcePath=/mnt/snapshots\` is a folder
that the source sees under another path.

## Keys

${sections(pageSchema).join('\n\n')}

## The newer upstream form

A file with \`snapshotMigrationConfigs\` is read in the newer upstream form. \`workflow configure convert\` writes either form as
the other one and lists what changes in meaning. Keys that begin with \`//\` or \`#\` are comments.

${sections(newerSchema).join('\n\n')}

## Findings

${codes.join('\n')}
`
}

/** One section for each map of keys, in the order in which they are met; one that is met again is only named by that place too. */
function sections(root: Schema): string[] {
  const met = new Map<Schema, { readonly schema: Schema; readonly places: string[] }>()
  collect(root, '', met)
  return [...met].map(([inner, { schema, places }]) => {
    const shape: Readonly<Record<string, Schema>> = (inner as z.ZodObject).shape
    const title = places.map((place) => (place === '' ? 'Top level' : `\`${place}\``)).join(', ')
    const lines = Object.entries(shape).map(([key, value]) => `- \`${key}\` (${typeOf(value)}): ${described(value)}`)
    return `### ${title}\n\n${described(schema)}\n\n${lines.join('\n')}`
  })
}

function collect(schema: Schema, place: string, met: Map<Schema, { schema: Schema; places: string[] }>): void {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodArray) collect(inner.element, `${place}[]`, met)
  else if (inner instanceof z.ZodRecord) collect(inner.valueType, `${place}.<name>`, met)
  else if (inner instanceof z.ZodObject) {
    const shape: Readonly<Record<string, Schema>> = inner.shape
    if (Object.keys(shape).length === 0) return
    const known = met.get(inner)
    if (known === undefined) met.set(inner, { schema, places: [place] })
    else known.places.push(place)
    for (const [key, value] of Object.entries(shape)) collect(value, place === '' ? key : `${place}.${key}`, met)
  }
}

function described(schema: Schema): string {
  const direct = z.globalRegistry.get(schema)?.description
  const text = direct ?? z.globalRegistry.get(unwrap(schema))?.description
  if (text === undefined) throw new Error('a schema has no description')
  return text
}

function typeOf(schema: Schema): string {
  const needed = schema instanceof z.ZodOptional ? '' : ', needed'
  return `${kindOf(unwrap(schema))}${needed}`
}

function kindOf(schema: Schema): string {
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return 'map'
  if (schema instanceof z.ZodArray) return `list of ${plural(kindOf(unwrap(schema.element)))}`
  if (schema instanceof z.ZodEnum) return schema.options.map((option) => `\`${option}\``).join(', ')
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((value) => `\`${String(value)}\``).join(', ')
  if (schema instanceof z.ZodBoolean) return '`true`, `false`'
  if (schema instanceof z.ZodNumber) return schema.format === null ? 'number' : 'whole number'
  if (schema instanceof z.ZodUnion) return 'text'
  if (schema instanceof z.ZodUnknown) return 'anything'
  return 'text'
}

function plural(kind: string): string {
  if (kind === 'text') return 'texts'
  return kind === 'map' ? 'maps' : kind
}
