import { readdirSync, readFileSync } from 'node:fs'
import { PAIRS, type Member } from '../../test/e2e/pairs.ts'
import { CASES, lackingCases, searchedCases } from '../../test/e2e/search-coverage.ts'
import { dialectOf } from '../../test/fixtures/dialect.ts'
import type { Manifest } from '../../test/fixtures/manifest.ts'
import { objectMatrix } from './object-matrix.ts'

const FIXTURES = new URL('../../test/fixtures/', import.meta.url)
const NAMES = { elasticsearch: 'Elasticsearch', opensearch: 'OpenSearch' } as const

/** The text of docs/compatibility.md. */
export function compatibilityPage(): string {
  return `# Compatibility

Both tables are generated from the tests with \`npm run docs\`, and a test keeps them current. Versions between two that are
listed use the same file formats, so they are expected to work; they are not tested.

## Sources

Every document of a snapshot that this server wrote is read and compared with what was sent to the server, in \`make test
GROUP=unit\`: identifier, routing, mapping type and source. The snapshots hold deleted and updated documents, nested documents,
both compressions, several shards and segments, and sources in JSON, SMILE, CBOR and YAML. The last column names the servers
into which such a data set is migrated from a running source, with every document compared afterwards, in \`make test
GROUP=e2e\`.

${sourcesTable()}
These indices of the data sets are left out of the migrations, for the reason given:

${leftOut()}
## Targets

${targetsTable()}
## Kinds of objects

✓ stands for a test on real servers of exactly these two versions, – for what the source does not have, and an empty cell for what
is not tested. Templates, settings, mappings and aliases of the snapshot are created on the target, read back and compared
(\`test/servers/metadata/accepts.test.ts\`). Data streams, pipelines and documents are migrated from a running source and compared
one by one, by the program with \`verify: full\` and by the test, and the same searches run on both sides afterwards: an index for
each type of field and feature that the source has, with match, term, range, nested, parent and child queries, aggregations and
sorts (\`test/e2e/matrix.ts\`). What the target refuses or cannot read is in \`test/servers/metadata/bad-input.test.ts\` and,
through the whole program, in \`test/e2e/refused.test.ts\` and \`test/e2e/field-names.test.ts\`.

These targets have no plugins. Vectors of Elasticsearch are searched with the k-NN plugin on OpenSearch 2.19.1, the newest release
of its line for which that plugin is published as a Maven artefact, with the Lucene engine (\`test/servers/metadata/vectors.test.ts\`).
The plugin \`analysis-icu\` is not published so: that its analyzers are named as a need of the target is tested, analysing with it
is not.

${objectMatrix(producers().toSorted(byAge))}
Data streams of Elasticsearch 7.9 to 7.17 come with x-pack, which is not published as an artefact, so they are not tested.

## Types of fields and features

What is searched on both sides for each source, by the names of the cases in \`test/e2e/search-fields.ts\` and
\`test/e2e/search-features.ts\`: ✓ into both targets, – where the version does not have it, and an empty cell where the server in
these tests lacks it, because the module that brings it is not published as an artefact.

${searchesTable()}
## Repositories

| repository | proven with |
| ---------- | ----------- |
| folder (\`fs\`) | every version above |
| S3 (\`s3\`) | SeaweedFS and rclone as servers; a snapshot of Elasticsearch 7.10.2 is migrated through it; the service of AWS itself is not tested |

`
}

/** The table of sources, as docs/compatibility.md and the README show it. */
export function sourcesTable(): string {
  const rows = producers()
    .toSorted(byAge)
    .map(({ distribution, version, lucene }) => {
      const into = PAIRS.filter(({ sources }) =>
        sources.some((source) => isSame(source, { distribution, version })),
      ).map(({ target }) => nameOf(target))
      return `| ${nameOf({ distribution, version })} | ${lucene} | every document | ${into.join(', ') || 'not tested'} |`
    })
  return `| source | Lucene | snapshots read | migrated end to end into |
| ------ | ------ | -------------- | ------------------------ |
${rows.join('\n')}
`
}

function leftOut(): string {
  const versionsByReason = new Map<string, string[]>()
  for (const source of PAIRS.flatMap(({ sources }) => sources)) {
    for (const [index, reason] of Object.entries(source.leftOut)) {
      const key = `\`${index}\`: ${reason}`
      versionsByReason.set(key, [...(versionsByReason.get(key) ?? []), nameOf(source)])
    }
  }
  const all = PAIRS.flatMap(({ sources }) => sources).length
  return [...versionsByReason]
    .map(
      ([key, versions]) =>
        `- ${key} (${versions.length === all ? 'every source' : [...new Set(versions)].join(', ')})\n`,
    )
    .join('')
}

function searchesTable(): string {
  const sources = producers()
    .filter((one) => PAIRS.some(({ sources }) => sources.some((source) => isSame(source, one))))
    .toSorted(byAge)
    .map(({ distribution, version }) => dialectOf(distribution, version))
  const columns = sources.map((dialect) => ({
    title: `${dialect.distribution === 'elasticsearch' ? 'ES' : 'OS'} ${dialect.version}`,
    searched: new Set(searchedCases(dialect)),
    lacking: new Set(lackingCases(dialect)),
  }))
  const rows = CASES.map((name) => {
    const cells = columns.map(({ searched, lacking }) => (searched.has(name) ? '✓' : lacking.has(name) ? '' : '–'))
    return `| ${[name, ...cells].join(' | ')} |`
  })
  return `| case | ${columns.map(({ title }) => title).join(' | ')} |
| --- | ${columns.map(() => '---').join(' | ')} |
${rows.join('\n')}
`
}

function targetsTable(): string {
  const rows = PAIRS.map(({ target, sources }) => `| ${nameOf(target)} | ${sources.map(nameOf).join(', ')} |`)
  return `| target | migrated into it end to end |
| ------ | --------------------------- |
${rows.join('\n')}
`
}

/** The servers that wrote the fixtures. */
function producers(): Manifest['producedBy'][] {
  return readdirSync(FIXTURES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^(es|os)-/.test(entry.name))
    .map(({ name }) => {
      const manifest = JSON.parse(readFileSync(new URL(`${name}/manifest.json`, FIXTURES), 'utf8')) as Manifest
      return manifest.producedBy
    })
}

const isSame = (a: Member, b: Member): boolean => a.distribution === b.distribution && a.version === b.version
const nameOf = ({ distribution, version }: Member): string => `${NAMES[distribution]} ${version}`

function byAge(a: Member, b: Member): number {
  if (a.distribution !== b.distribution) return a.distribution < b.distribution ? -1 : 1
  return a.version.localeCompare(b.version, 'en', { numeric: true })
}
