import type { JavaRange } from './messages.ts'
import type { ModuleRecipe, ServerRecipe } from './recipes.ts'

const JAVA_17_TO_25: JavaRange = { oldest: 17, newest: 25 }
const JAVA_21_TO_25: JavaRange = { oldest: 21, newest: 25 }

/** The modules of OpenSearch: folder, artefact and class, the class without the ending that changed with line 3. */
const MODULES = [
  ['transport-netty4', 'transport-netty4-client', 'org.opensearch.transport.Netty4'],
  ['lang-painless', 'lang-painless', 'org.opensearch.painless.Painless'],
  ['lang-mustache', 'lang-mustache-client', 'org.opensearch.script.mustache.Mustache'],
  ['lang-expression', 'lang-expression', 'org.opensearch.script.expression.Expression'],
  ['parent-join', 'parent-join-client', 'org.opensearch.join.ParentJoin'],
  ['percolator', 'percolator-client', 'org.opensearch.percolator.Percolator'],
  ['reindex', 'reindex-client', 'org.opensearch.index.reindex.Reindex'],
  ['analysis-common', 'analysis-common', 'org.opensearch.analysis.common.CommonAnalysis'],
  ['mapper-extras', 'mapper-extras-client', 'org.opensearch.index.mapper.MapperExtras'],
  ['ingest-common', 'ingest-common', 'org.opensearch.ingest.common.IngestCommon'],
  ['aggs-matrix-stats', 'aggs-matrix-stats-client', 'org.opensearch.search.aggregations.matrix.MatrixAggregation'],
  ['rank-eval', 'rank-eval-client', 'org.opensearch.index.rankeval.RankEval'],
  ['repository-url', 'repository-url', 'org.opensearch.plugin.repository.url.URLRepository'],
  ['geo', 'geo', 'org.opensearch.geo.Geo'],
] as const

const EXTENDS_PAINLESS: ReadonlySet<string> = new Set(['analysis-common', 'ingest-common'])

function modules(version: string, ending: 'Plugin' | 'ModulePlugin'): readonly ModuleRecipe[] {
  return MODULES.map(([name, artefact, beginning]) => ({
    name,
    // The module geo is younger than the others and had the new ending from its start.
    className: `${beginning}${name === 'geo' ? 'ModulePlugin' : ending}`,
    artefacts: [`org.opensearch.plugin:${artefact}:${version}`],
    ...(EXTENDS_PAINLESS.has(name) ? { extends: 'lang-painless' } : {}),
  }))
}

/** `classLoader` is the version of the plugin class loader, which is not published for every server version. */
function lib(version: string, classLoader: string, log4jCore: string, jna: string): readonly string[] {
  return [
    `org.opensearch:opensearch:${version}`,
    `org.opensearch:opensearch-plugin-classloader:${classLoader}`,
    `org.apache.logging.log4j:log4j-core:${log4jCore}`,
    `net.java.dev.jna:jna:${jna}`,
    'org.locationtech.jts:jts-core:1.15.0',
    'org.locationtech.spatial4j:spatial4j:0.7',
  ]
}

function security(version: string): Readonly<Record<string, string>> {
  return { 'opensearch-security': `org.opensearch.plugin:opensearch-security:${version}` }
}

const common = {
  distribution: 'opensearch',
  java: JAVA_17_TO_25,
  launcher: 'OpenSearchLauncher',
  plugins: [],
  zippedPlugins: {},
  descriptorJava: '11',
  patches: [],
  settings: { 'discovery.type': 'single-node', 'cluster.routing.allocation.disk.threshold_enabled': 'false' },
  jvmFlags: ['-Djava.locale.providers=SPI,COMPAT', '-Dopensearch.distribution.type=tar'],
} as const satisfies Partial<ServerRecipe>

/** Oldest first. */
export const opensearchRecipes: readonly ServerRecipe[] = [
  {
    ...common,
    version: '1.3.14',
    lib: lib('1.3.14', '2.19.6', '2.17.1', '5.5.0'),
    modules: modules('1.3.14', 'Plugin').filter((module) => module.name !== 'geo'),
  },
  {
    ...common,
    version: '2.11.1',
    lib: lib('2.11.1', '2.19.6', '2.20.0', '5.13.0'),
    modules: modules('2.11.1', 'Plugin'),
    zippedPlugins: security('2.11.1.0'),
  },
  {
    ...common,
    // The newest release of this line whose k-NN plugin is published as an artefact; without its native libraries.
    version: '2.19.1',
    lib: lib('2.19.1', '2.19.6', '2.21.0', '5.16.0'),
    modules: modules('2.19.1', 'Plugin'),
    zippedPlugins: { 'opensearch-knn': 'org.opensearch.plugin:opensearch-knn:2.19.1.0' },
  },
  {
    ...common,
    version: '2.19.4',
    lib: lib('2.19.4', '2.19.6', '2.21.0', '5.16.0'),
    modules: modules('2.19.4', 'Plugin'),
    zippedPlugins: security('2.19.4.0'),
  },
  {
    ...common,
    version: '3.8.0',
    java: JAVA_21_TO_25,
    lib: lib('3.8.0', '3.8.0', '2.25.4', '5.16.0'),
    modules: modules('3.8.0', 'ModulePlugin'),
    plugins: [
      {
        name: 'repository-s3',
        className: 'org.opensearch.repositories.s3.S3RepositoryPlugin',
        artefacts: ['org.opensearch.plugin:repository-s3:3.8.0'],
      },
      {
        name: 'mapper-size',
        className: 'org.opensearch.plugin.mapper.MapperSizePlugin',
        artefacts: ['org.opensearch.plugin:mapper-size:3.8.0'],
      },
    ],
    descriptorJava: '21',
    // The S3 plugin takes its profile folder from this property of the start script, and fails without it.
    jvmFlags: [
      '-Dopensearch.path.conf=@configuration@',
      '-Dopensearch.distribution.type=tar',
      '--add-modules=jdk.incubator.vector',
      '--enable-native-access=ALL-UNNAMED',
    ],
  },
]
