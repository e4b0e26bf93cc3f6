import type { JavaRange } from './messages.ts'
import type { ModuleRecipe, ServerRecipe } from './recipes.ts'

const JAVA_17_TO_25: JavaRange = { oldest: 17, newest: 25 }
const JAVA_21_TO_25: JavaRange = { oldest: 21, newest: 25 }

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

/** The modules that are published as artefacts `<name>-client` for the lines 5 to 7. */
const CLIENT_MODULES = {
  'transport-netty4': 'org.elasticsearch.transport.Netty4Plugin',
  reindex: 'org.elasticsearch.index.reindex.ReindexPlugin',
  'lang-mustache': 'org.elasticsearch.script.mustache.MustachePlugin',
  'parent-join': 'org.elasticsearch.join.ParentJoinPlugin',
  percolator: 'org.elasticsearch.percolator.PercolatorPlugin',
  'aggs-matrix-stats': 'org.elasticsearch.search.aggregations.matrix.MatrixAggregationPlugin',
  'rank-eval': 'org.elasticsearch.index.rankeval.RankEvalPlugin',
  'mapper-extras': 'org.elasticsearch.index.mapper.MapperExtrasPlugin',
}

/** The modules that only another group publishes, built from the same sources. */
const CODELIBS_MODULES = {
  'analysis-common': 'org.elasticsearch.analysis.common.CommonAnalysisPlugin',
  'ingest-common': 'org.elasticsearch.ingest.common.IngestCommonPlugin',
  'lang-expression': 'org.elasticsearch.script.expression.ExpressionPlugin',
  'lang-painless': 'org.elasticsearch.painless.PainlessPlugin',
  'mapper-extras': 'org.elasticsearch.index.mapper.MapperExtrasPlugin',
  'repository-url': 'org.elasticsearch.plugin.repository.url.URLRepositoryPlugin',
}

type ClientModule = keyof typeof CLIENT_MODULES
type CodelibsModule = keyof typeof CODELIBS_MODULES

function clients(version: string, names: readonly ClientModule[]): ModuleRecipe[] {
  return names.map((name) => ({
    name,
    className: CLIENT_MODULES[name],
    artefacts: [`org.elasticsearch.plugin:${name}-client:${version}`],
  }))
}

/** `seesPainless` names the modules that bring words for painless, where the server knows `extended.plugins`. */
function codelibs(
  version: string,
  names: readonly CodelibsModule[],
  seesPainless: readonly CodelibsModule[] = [],
): ModuleRecipe[] {
  return names.map((name) => ({
    name,
    className: CODELIBS_MODULES[name],
    artefacts: [`org.codelibs.elasticsearch.module:${name}:${version}`],
    ...(seesPainless.includes(name) ? { extends: 'lang-painless' } : {}),
  }))
}

/** log4j-core must have exactly the version of the log4j-api that the server brings. */
function lib(version: string, log4jCore: string, ...others: readonly string[]): readonly string[] {
  return [`org.elasticsearch:elasticsearch:${version}`, `org.apache.logging.log4j:log4j-core:${log4jCore}`, ...others]
}

const SPATIAL = ['org.locationtech.jts:jts-core:1.15.0', 'org.locationtech.spatial4j:spatial4j:0.7']
const NO_DISK_THRESHOLD = { 'cluster.routing.allocation.disk.threshold_enabled': 'false' }
const NO_MULTICAST = { ...NO_DISK_THRESHOLD, 'discovery.zen.ping.multicast.enabled': 'false' }

const common = {
  distribution: 'elasticsearch',
  java: JAVA_17_TO_25,
  launcher: 'NodeLauncher',
  lib: [],
  modules: [],
  plugins: [],
  zippedPlugins: {},
  descriptorJava: '1.8',
  patches: [],
  settings: { ...NO_DISK_THRESHOLD, 'discovery.type': 'single-node' },
  jvmFlags: [
    ...OPENED.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
    '-Djava.locale.providers=SPI,COMPAT',
    '-Des.distribution.flavor=oss',
    '-Des.distribution.type=tar',
  ],
} as const satisfies Partial<ServerRecipe>

/**
 * Late lines: only the server and its transport are published. Zstandard (`best_compression` since 8.16) needs the system's
 * libzstd, and `GET /` a plugin of ours.
 */
function late(version: string, log4jCore: string, rootPlugin: 'settings' | 'services', java: JavaRange): ServerRecipe {
  return {
    ...common,
    version,
    java,
    launcher: 'PluginsLoaderLauncher',
    lib: lib(version, log4jCore),
    modules: [
      {
        name: 'transport-netty4',
        className: 'org.elasticsearch.transport.netty4.Netty4Plugin',
        artefacts: [`org.elasticsearch.plugin:transport-netty4:${version}`],
      },
    ],
    rootPlugin,
    descriptorJava: `${java.oldest}`,
    jvmFlags: [
      ...common.jvmFlags,
      '-Des.nativelibs.path=@home@/native',
      '-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false',
      '--enable-native-access=ALL-UNNAMED',
    ],
  }
}

/** Oldest first. */
export const elasticsearchRecipes: readonly ServerRecipe[] = [
  {
    ...common,
    version: '1.7.6',
    launcher: 'NodeBuilderLauncher',
    lib: [
      'org.elasticsearch:elasticsearch:1.7.6',
      'log4j:log4j:1.2.17',
      'net.java.dev.jna:jna:4.1.0',
      'com.spatial4j:spatial4j:0.4.1',
      'com.vividsolutions:jts:1.13',
    ],
    settings: { ...NO_MULTICAST, 'node.local': 'true' },
    // Since Java 9 there is no boot class path, and asking for it throws.
    patches: [
      {
        sources: 'org.elasticsearch:elasticsearch:1.7.6:jar:sources',
        className: 'org.elasticsearch.monitor.jvm.JvmInfo',
        expression: 'runtimeMXBean.getBootClassPath()',
        replacement: '""',
      },
    ],
  },
  {
    ...common,
    version: '2.4.6',
    launcher: 'NodeBuilderLauncher',
    distributionZip: 'org.elasticsearch.distribution.zip:elasticsearch:2.4.6',
    settings: NO_MULTICAST,
  },
  {
    ...common,
    version: '5.6.16',
    lib: lib('5.6.16', '2.11.1', 'org.locationtech.spatial4j:spatial4j:0.6', 'com.vividsolutions:jts:1.13'),
    modules: [
      ...clients('5.6.16', [
        'transport-netty4',
        'reindex',
        'lang-mustache',
        'parent-join',
        'percolator',
        'aggs-matrix-stats',
      ]),
      ...codelibs('5.6.16', ['ingest-common', 'lang-expression', 'lang-painless']),
    ],
  },
  {
    ...common,
    version: '6.8.23',
    lib: lib('6.8.23', '2.17.1', 'org.codelibs.elasticsearch.lib:plugin-classloader:6.8.9', ...SPATIAL),
    modules: [
      ...clients('6.8.23', [
        'transport-netty4',
        'reindex',
        'lang-mustache',
        'parent-join',
        'percolator',
        'aggs-matrix-stats',
        'rank-eval',
      ]),
      ...codelibs(
        '6.8.9',
        ['lang-painless', 'analysis-common', 'ingest-common', 'lang-expression', 'mapper-extras', 'repository-url'],
        ['analysis-common', 'ingest-common'],
      ),
    ],
  },
  {
    ...common,
    version: '7.10.2',
    lib: lib('7.10.2', '2.11.1', 'org.codelibs.elasticsearch.lib:plugin-classloader:7.10.2', ...SPATIAL),
    modules: [
      ...clients('7.10.2', [
        'transport-netty4',
        'reindex',
        'lang-mustache',
        'parent-join',
        'percolator',
        'aggs-matrix-stats',
        'rank-eval',
        'mapper-extras',
      ]),
      ...codelibs(
        '7.10.2',
        ['lang-painless', 'analysis-common', 'ingest-common', 'lang-expression', 'repository-url'],
        ['analysis-common', 'ingest-common'],
      ),
    ],
  },
  {
    ...common,
    version: '7.17.29',
    lib: lib('7.17.29', '2.17.1', ...SPATIAL),
    modules: [
      ...clients('7.17.29', [
        'transport-netty4',
        'lang-mustache',
        'parent-join',
        'percolator',
        'aggs-matrix-stats',
        'rank-eval',
        'mapper-extras',
      ]),
      {
        name: 'reindex',
        className: 'org.elasticsearch.reindex.ReindexPlugin',
        artefacts: ['org.elasticsearch.plugin:reindex-client:7.17.29'],
      },
    ],
  },
  late('8.19.0', '2.19.0', 'settings', JAVA_17_TO_25),
  late('9.0.0', '2.19.0', 'settings', JAVA_21_TO_25),
  late('9.5.3', '2.26.1', 'services', JAVA_21_TO_25),
]
