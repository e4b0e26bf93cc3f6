import type { JavaRange } from './messages.ts'
import type { ModuleRecipe, ServerRecipe } from './recipes.ts'

const JAVA_17: JavaRange = { oldest: 17, newest: 17 }

/** Packages that servers older than Java 17 reach into. */
const OPENED = [
  'java.base/java.lang',
  'java.base/java.nio',
  'java.base/java.io',
  'java.base/java.util',
  'java.base/java.net',
  'java.base/java.security',
  'java.base/sun.nio.ch',
  'java.base/jdk.internal.ref',
  'java.base/jdk.internal.misc',
  'java.management/sun.management',
]
const OPEN_FLAGS = OPENED.map((name) => `--add-opens=${name}=ALL-UNNAMED`)

/** The modules that are published as artefacts `<name>-client` for the 5.x to 7.x lines. */
const clientModules = {
  'transport-netty4': 'org.elasticsearch.transport.Netty4Plugin',
  reindex: 'org.elasticsearch.index.reindex.ReindexPlugin',
  'lang-mustache': 'org.elasticsearch.script.mustache.MustachePlugin',
  'parent-join': 'org.elasticsearch.join.ParentJoinPlugin',
  percolator: 'org.elasticsearch.percolator.PercolatorPlugin',
  'aggs-matrix-stats': 'org.elasticsearch.search.aggregations.matrix.MatrixAggregationPlugin',
  'rank-eval': 'org.elasticsearch.index.rankeval.RankEvalPlugin',
  'mapper-extras': 'org.elasticsearch.index.mapper.MapperExtrasPlugin',
}

/** The modules that only the group `org.codelibs.elasticsearch.module` publishes, from the same sources. */
const codelibsModules = {
  'analysis-common': 'org.elasticsearch.analysis.common.CommonAnalysisPlugin',
  'ingest-common': 'org.elasticsearch.ingest.common.IngestCommonPlugin',
  'lang-expression': 'org.elasticsearch.script.expression.ExpressionPlugin',
  'lang-painless': 'org.elasticsearch.painless.PainlessPlugin',
  'mapper-extras': 'org.elasticsearch.index.mapper.MapperExtrasPlugin',
  'repository-url': 'org.elasticsearch.plugin.repository.url.URLRepositoryPlugin',
}

function client(version: string, name: keyof typeof clientModules, className = clientModules[name]): ModuleRecipe {
  return { name, className, artefacts: [`org.elasticsearch.plugin:${name}-client:${version}`] }
}

function codelibs(version: string, name: keyof typeof codelibsModules, parent?: 'lang-painless'): ModuleRecipe {
  const artefacts = [`org.codelibs.elasticsearch.module:${name}:${version}`]
  const module = { name, className: codelibsModules[name], artefacts }
  return parent === undefined ? module : { ...module, extends: parent }
}

/** log4j-core must have exactly the version of the log4j-api that the server brings. */
function lib(version: string, log4jCore: string, ...others: readonly string[]): readonly string[] {
  return [`org.elasticsearch:elasticsearch:${version}`, `org.apache.logging.log4j:log4j-core:${log4jCore}`, ...others]
}

const SPATIAL = ['org.locationtech.jts:jts-core:1.15.0', 'org.locationtech.spatial4j:spatial4j:0.7']
const NO_DISK_THRESHOLD = { 'cluster.routing.allocation.disk.threshold_enabled': 'false' }
const SINGLE_NODE = { ...NO_DISK_THRESHOLD, 'discovery.type': 'single-node' }

const common = {
  distribution: 'elasticsearch',
  java: JAVA_17,
  launcher: 'NodeLauncher',
  lib: [],
  modules: [],
  plugins: [],
  zippedPlugins: {},
  descriptorJava: '1.8',
  patches: [],
  settings: SINGLE_NODE,
  jvmFlags: [...OPEN_FLAGS, '-Djava.locale.providers=SPI,COMPAT'],
} as const satisfies Partial<ServerRecipe>

/** Oldest first. */
export const elasticsearchRecipes: readonly ServerRecipe[] = [
  {
    ...common,
    version: '7.10.2',
    lib: lib('7.10.2', '2.11.1', 'org.codelibs.elasticsearch.lib:plugin-classloader:7.10.2', ...SPATIAL),
    modules: [
      client('7.10.2', 'transport-netty4'),
      client('7.10.2', 'reindex'),
      client('7.10.2', 'lang-mustache'),
      client('7.10.2', 'parent-join'),
      client('7.10.2', 'percolator'),
      client('7.10.2', 'aggs-matrix-stats'),
      client('7.10.2', 'rank-eval'),
      client('7.10.2', 'mapper-extras'),
      codelibs('7.10.2', 'lang-painless'),
      codelibs('7.10.2', 'analysis-common', 'lang-painless'),
      codelibs('7.10.2', 'ingest-common', 'lang-painless'),
      codelibs('7.10.2', 'lang-expression'),
      codelibs('7.10.2', 'repository-url'),
    ],
  },
]
