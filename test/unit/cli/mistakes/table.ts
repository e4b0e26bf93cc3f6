import type { World } from '../../../../src/cli/world.ts'
import { FIXTURE, type Places } from './places.ts'

/** A likely mistake: what is run, and what is wrong. */
export interface Mistake {
  /** As the name of the golden text. */
  readonly name: string
  readonly exitCode: number
  /** Code of the failure; a code of a finding in the configuration, or a check of doctor, where there is none. */
  readonly code: string
  /** Arguments of the program. Default: `plan -f migration.yaml`. */
  readonly run?: string
  /** What differs from a configuration that is right. */
  readonly change?: (places: Places) => Change
  /** Whole text of the configuration, changed as people do by hand. */
  readonly edit?: (text: string) => string
  readonly world?: (places: Places) => Partial<World>
}

/** Values of the configuration; each has one that is right. */
export interface Change {
  readonly source?: string
  readonly target?: string
  /** More lines of the source cluster. */
  readonly sourceKeys?: string
  readonly targetKeys?: string
  readonly repository?: string
  readonly indices?: string
}

/** A configuration without mistakes but for the given change. */
export function configuration(places: Places, change: Change = {}): string {
  return `sourceClusters:
  prod:
    endpoint: ${change.source ?? places.url.source}
    version: "7.10.2"
    snapshotRepo: ${change.repository ?? `{ fsRepoPath: ${places.folder} }`}
${indented(change.sourceKeys)}targetClusters:
  new:
    endpoint: ${change.target ?? places.url.target}
${indented(change.targetKeys)}migrations:
  - sourceCluster: prod
    targetCluster: new
    snapshotMigrations:
      - indices: ["${change.indices ?? 'logs-*'}"]
        metadataMigration:
          enabled: true
        documentBackfill:
          enabled: true
`
}

/** Mistakes that share what they do not say themselves. */
function all(
  shared: Pick<Mistake, 'exitCode' | 'run'>,
  mistakes: readonly (Omit<Mistake, 'exitCode'> & Partial<Mistake>)[],
): readonly Mistake[] {
  return mistakes.map((mistake) => ({ ...shared, ...mistake }))
}

function indented(lines = ''): string {
  return lines.replaceAll(/^(.+)\n?/gm, '    $1\n')
}

const VALIDATE = 'configure validate migration.yaml'
const DOCTOR = 'doctor -f migration.yaml'
const basic = 'authConfig: { basic: { username: admin, password: wrong-one } }'
const bucket = (endpoint: string): string =>
  `{ s3RepoPathUri: "s3://my-bucket/snapshots", aws_region: us-east-1, endpoint: "${endpoint}" }`

/** The configuration itself, which no cluster is asked for. */
const IN_THE_FILE = all({ exitCode: 2, run: VALIDATE }, [
  {
    name: 'wrong indentation',
    code: 'CFG_INDENT',
    edit: (text) => text.replace('    version:', '   version:'),
  },
  { name: 'a tab as indentation', code: 'CFG_TAB', edit: (text) => text.replace('    version:', '\tversion:') },
  {
    name: 'a version without quotes',
    code: 'CFG_UNQUOTED_VERSION',
    edit: (text) => text.replace('"7.10.2"', '7.10'),
  },
  { name: 'an unknown key', code: 'CFG_UNKNOWN_KEY', edit: (text) => text.replace('indices', 'indicies') },
  {
    name: 'a cluster name that is missing',
    code: 'CFG_MISSING_KEY',
    edit: (text) => text.replace('sourceCluster: prod\n    ', ''),
  },
  {
    name: 'a cluster name that is misspelt',
    code: 'CFG_UNKNOWN_SOURCE',
    edit: (text) => text.replace('sourceCluster: prod', 'sourceCluster: pord'),
  },
  {
    name: 'an endpoint without scheme',
    code: 'CFG_ENDPOINT',
    edit: (text) => text.replace(/endpoint: http:\/\/.*/, 'endpoint: shop.example:9200'),
  },
  {
    name: 'a password in the endpoint',
    code: 'CFG_ENDPOINT',
    edit: (text) => text.replace(/endpoint: http:\/\/.*/, 'endpoint: https://admin:hunter2@shop.example:9200'),
  },
  {
    name: 'a key that is there twice',
    code: 'CFG_DUPLICATE_KEY',
    edit: (text) => text.replace('    version: "7.10.2"', '    version: "7.10.2"\n    version: "7.17.0"'),
  },
  {
    name: 'a star without quotes',
    code: 'CFG_SYNTAX',
    edit: (text) => text.replace('["logs-*"]', '[*]'),
  },
  {
    name: 'the same endpoint as source and target',
    code: 'CFG_SAME_CLUSTER',
    edit: (text) => text.replaceAll(/endpoint: http:\/\/.*/g, 'endpoint: https://shop.example:9200'),
  },
])

/** Addresses of clusters, and who may do what there. */
const AT_THE_CLUSTERS = all({ exitCode: 1 }, [
  {
    name: 'a port that nothing listens on',
    code: 'CLUSTER_UNREACHABLE',
    change: ({ url }) => ({ source: url.nobody }),
  },
  { name: 'the transport port', code: 'CLUSTER_NOT_ONE', change: ({ url }) => ({ source: url.transport }) },
  {
    name: 'a host that nobody knows',
    code: 'CLUSTER_UNREACHABLE',
    change: () => ({ target: 'http://no-such-host.invalid:9200' }),
  },
  { name: 'a self-signed certificate', code: 'CLUSTER_TLS', change: ({ url }) => ({ source: url.selfSigned }) },
  { name: 'a certificate that has expired', code: 'CLUSTER_TLS', change: ({ url }) => ({ source: url.expired }) },
  { name: 'a certificate of another host', code: 'CLUSTER_TLS', change: ({ url }) => ({ source: url.otherHost }) },
  {
    name: 'https where the cluster speaks http',
    code: 'CLUSTER_TLS',
    change: ({ url }) => ({ source: url.source.replace('http:', 'https:') }),
  },
  {
    name: 'http where the cluster speaks https',
    code: 'CLUSTER_TLS',
    change: ({ url }) => ({ source: url.tls.replace('https:', 'http:') }),
  },
  {
    name: 'a file of authorities that is not there',
    code: 'CONFIG_INVALID',
    exitCode: 2,
    change: ({ url }) => ({ source: url.tls, sourceKeys: 'tls: { caFile: authority.pem }' }),
  },
  { name: 'a proxy instead of a cluster', code: 'CLUSTER_NOT_ONE', change: ({ url }) => ({ source: url.proxyPage }) },
  { name: 'a gateway without a cluster', code: 'CLUSTER_NOT_ONE', change: ({ url }) => ({ source: url.gateway }) },
  { name: 'a login page', code: 'CLUSTER_NOT_ONE', change: ({ url }) => ({ source: url.loginPage }) },
  { name: 'another service', code: 'CLUSTER_NOT_ONE', change: ({ url }) => ({ source: url.notElastic }) },
  {
    name: 'a wrong password',
    code: 'CLUSTER_AUTH',
    change: ({ url }) => ({ source: url.unauthorized, sourceKeys: basic }),
  },
  { name: 'no credentials', code: 'CLUSTER_AUTH', change: ({ url }) => ({ source: url.unauthorized }) },
  {
    name: 'a password from a variable that is not set',
    code: 'CONFIG_INVALID',
    exitCode: 2,
    change: () => ({ sourceKeys: 'authConfig: { basic: { username: admin, passwordFromEnv: PROD_PASSWORD } }' }),
  },
  {
    name: 'a password from a file that is not there',
    code: 'CONFIG_INVALID',
    exitCode: 2,
    change: () => ({ sourceKeys: 'authConfig: { basic: { username: admin, passwordFromFile: password.txt } }' }),
  },
  {
    name: 'a credential that is not kept',
    code: 'CONFIG_INVALID',
    exitCode: 2,
    change: () => ({ sourceKeys: 'authConfig: { basic: { secretName: prod-login } }' }),
  },
  { name: 'a user without rights', code: 'CLUSTER_DENIED', change: ({ url }) => ({ target: url.forbidden }) },
  {
    name: 'expired credentials for signing',
    code: 'CLUSTER_AUTH',
    change: ({ url }) => ({ target: url.expiredToken, targetKeys: 'authConfig: { sigv4: { region: us-east-1 } }' }),
  },
  {
    name: 'source and target exchanged',
    code: 'CLUSTER_UNSUPPORTED',
    change: ({ url }) => ({ source: url.target, target: url.source }),
  },
  {
    name: 'two addresses of one cluster',
    code: 'CONFIG_INVALID',
    exitCode: 2,
    change: ({ url }) => ({ source: url.oneAddress, target: url.otherAddress }),
  },
  { name: 'a version that is too new', code: 'CLUSTER_UNSUPPORTED', change: ({ url }) => ({ source: url.tooNew }) },
])

/** Indices, repositories and snapshots. */
const IN_THE_CONTENT: readonly Mistake[] = [
  {
    name: 'a pattern that matches nothing',
    code: 'INDEX_NOT_FOUND',
    exitCode: 7,
    change: () => ({ indices: 'lgos-1' }),
  },
  {
    name: 'an index with a leading dot',
    code: 'INDEX_NOT_FOUND',
    exitCode: 7,
    change: () => ({ indices: '*kibana*' }),
  },
  {
    name: 'a repository that is not registered',
    code: 'CONFIG_INVALID',
    exitCode: 2,
    change: () => ({ repository: '{ repoName: nightly }' }),
  },
  {
    name: 'a folder that this machine does not see',
    code: 'REPOSITORY_NOT_FOUND',
    exitCode: 7,
    change: () => ({ repository: '{ fsRepoPath: /no/such/folder }' }),
  },
  {
    name: 'an existing snapshot in an empty folder',
    code: 'REPOSITORY_NOT_FOUND',
    exitCode: 7,
    change: ({ empty }) => ({ repository: `{ fsRepoPath: ${empty} }`, sourceKeys: 'existingSnapshot: nightly' }),
  },
  {
    name: 'a snapshot that is not there',
    code: 'SNAPSHOT_NOT_FOUND',
    exitCode: 7,
    change: () => ({ repository: `{ fsRepoPath: ${FIXTURE} }`, sourceKeys: 'existingSnapshot: nightly' }),
  },
  {
    name: 'a bucket in another region',
    code: 'CONFIG_INVALID',
    exitCode: 2,
    change: ({ url }) => ({ repository: bucket(url.otherRegion) }),
  },
  {
    name: 'a bucket that does not exist',
    code: 'REPOSITORY_NOT_FOUND',
    exitCode: 7,
    change: ({ url }) => ({ repository: bucket(url.noBucket) }),
  },
  {
    name: 'expired credentials of a bucket',
    code: 'STORE_DENIED',
    exitCode: 1,
    change: ({ url }) => ({ repository: bucket(url.oldToken) }),
  },
  {
    name: 'an access key that the store does not know',
    code: 'STORE_DENIED',
    exitCode: 1,
    change: ({ url }) => ({ repository: bucket(url.strangerKey) }),
  },
  {
    name: 'no right to list the bucket',
    code: 'STORE_DENIED',
    exitCode: 1,
    change: ({ url }) => ({ repository: bucket(url.noRight) }),
  },
  {
    name: 'an index that the target already has',
    code: 'existing-index',
    exitCode: 1,
    run: DOCTOR,
    change: ({ url }) => ({ target: url.taken }),
  },
  {
    name: 'a target whose disk is full',
    code: 'disk',
    exitCode: 1,
    run: DOCTOR,
    change: ({ url }) => ({ target: url.full }),
  },
  {
    name: 'a target without a feature of the source',
    code: 'semantic_text',
    exitCode: 0,
    change: ({ url }) => ({ source: url.vectors, target: url.old }),
    edit: (text) => text.replace('7.10.2', '8.15.0'),
  },
  {
    name: 'a version that is not that of the cluster',
    code: 'correct or remove version',
    exitCode: 0,
    edit: (text) => text.replace('7.10.2', 'ES 6.8.23'),
  },
]

/** This machine and the command line. */
const HERE: readonly Mistake[] = [
  {
    name: 'a state folder that cannot be made',
    code: 'STATE_UNWRITABLE',
    exitCode: 1,
    run: 'submit -f migration.yaml',
    world: ({ file }) => ({ env: { WORKFLOW_HOME: `${file}/state` } }),
  },
  {
    name: 'a configuration that cannot be saved',
    code: 'STATE_UNWRITABLE',
    exitCode: 1,
    run: 'configure sample --load',
    world: ({ file }) => ({ env: { WORKFLOW_HOME: `${file}/state` } }),
  },
  {
    name: 'no space for a plan',
    code: 'STORE_FULL',
    exitCode: 1,
    run: 'plan -f migration.yaml --out /dev/full',
  },
  { name: 'a file that is not there', code: 'CONFIG_MISSING', exitCode: 2, run: 'plan -f migrations.yaml' },
  { name: 'no saved configuration', code: 'CONFIG_MISSING', exitCode: 2, run: 'plan' },
  { name: 'no workflow yet', code: 'WORKFLOW_NOT_FOUND', exitCode: 7, run: 'status' },
  { name: 'a workflow that is not there', code: 'WORKFLOW_NOT_FOUND', exitCode: 7, run: 'status migration-abc123' },
  { name: 'a plan that is none', code: 'CONFIG_INVALID', exitCode: 2, run: 'submit --plan migration.yaml' },
  { name: 'a misspelt command', code: 'unknown command', exitCode: 2, run: 'sumbit' },
  { name: 'a misspelt option', code: 'unknown option', exitCode: 2, run: 'submit --wiat' },
]

/** Mistakes that people are likely to make, in the order in which they are likely to find them. */
export const MISTAKES: readonly Mistake[] = [...IN_THE_FILE, ...AT_THE_CLUSTERS, ...IN_THE_CONTENT, ...HERE]
