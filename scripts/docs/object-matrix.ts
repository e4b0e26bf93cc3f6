import { existsSync, readFileSync } from 'node:fs'
import { PAIRS, type Member } from '../../test/e2e/pairs.ts'
import { dialectOf, type Dialect } from '../../test/fixtures/dialect.ts'
import { ACCEPTING_TARGETS } from '../../test/servers/metadata/targets.ts'

/** A kind of object: which tests prove it, and which sources have it. */
interface Kind {
  readonly title: string
  /** `fixtures`: every fixture into every accepting target; `pairs`: the pairs of the end-to-end tests. */
  readonly provenBy: 'fixtures' | 'pairs'
  readonly isIn: (source: Dialect) => boolean
  /** Whether the servers of the tests have it; all do when left out. */
  readonly isHere?: (source: Dialect) => boolean
}

const always = (): boolean => true
const composable = (source: Dialect): boolean =>
  source.distribution === 'opensearch' || source.atLeast('elasticsearch', '7.8.0')

const KINDS: readonly Kind[] = [
  { title: 'component templates', provenBy: 'fixtures', isIn: composable },
  { title: 'composable templates', provenBy: 'fixtures', isIn: composable },
  { title: 'legacy templates', provenBy: 'fixtures', isIn: always },
  { title: 'settings', provenBy: 'fixtures', isIn: always },
  { title: 'mappings', provenBy: 'fixtures', isIn: always },
  { title: 'aliases', provenBy: 'fixtures', isIn: always },
  { title: 'data streams', provenBy: 'pairs', isIn: knowsDataStreams, isHere: hasDataStream },
  { title: 'pipelines', provenBy: 'pairs', isIn: ({ api }) => api >= 5 },
  { title: 'documents', provenBy: 'pairs', isIn: always },
  { title: 'searches', provenBy: 'pairs', isIn: always },
]

function knowsDataStreams(source: Dialect): boolean {
  return source.distribution === 'opensearch' || source.atLeast('elasticsearch', '7.9.0')
}

/** The servers here are without x-pack, which brings data streams to Elasticsearch 7: the data set tells which have one. */
function hasDataStream({ fixtureName }: Dialect): boolean {
  const manifest = new URL(`../../test/fixtures/${fixtureName}/manifest.json`, import.meta.url)
  return existsSync(manifest) && readFileSync(manifest, 'utf8').includes('".ds-')
}

/** The table of sources, targets and kinds of objects, made from what the tests loop over. */
export function objectMatrix(sources: readonly Member[]): string {
  const rows = sources.flatMap((source) =>
    ACCEPTING_TARGETS.map((target) => {
      const dialect = dialectOf(source.distribution, source.version)
      const isPair = PAIRS.some(
        (pair) =>
          pair.target.version === target &&
          pair.sources.some((one) => one.distribution === source.distribution && one.version === source.version),
      )
      const cells = KINDS.map(({ provenBy, isIn, isHere = always }) => {
        if (!isIn(dialect)) return '–'
        return isHere(dialect) && (provenBy === 'fixtures' || isPair) ? '✓' : ''
      })
      const name = `${source.distribution === 'elasticsearch' ? 'Elasticsearch' : 'OpenSearch'} ${source.version}`
      return `| ${[name, target, ...cells].join(' | ')} |`
    }),
  )
  const titles = ['source', 'OpenSearch', ...KINDS.map(({ title }) => title)]
  return `| ${titles.join(' | ')} |
| ${titles.map(() => '---').join(' | ')} |
${rows.join('\n')}
`
}
