import type { RestTarget } from '../servers/rest.ts'

/** A cluster of the minimal configuration. */
function cluster(name: string, { url, credentials, caFile }: RestTarget): string {
  const auth =
    credentials === undefined
      ? ''
      : `
    authConfig:
      basic:
        username: ${credentials.username}
        password: ${credentials.password}`
  const tls =
    caFile === undefined
      ? ''
      : `
    tls:
      caFile: ${caFile}`
  return `  ${name}:
    endpoint: ${url}${auth}${tls}
`
}

const EVERYTHING = `      - indices: ["*"]
        metadataMigration:
          enabled: true
        documentBackfill:
          enabled: true
`

/** The page's minimal configuration for two servers; `groups` replaces the list under `snapshotMigrations`. */
export function pageConfiguration(
  source: RestTarget,
  target: RestTarget,
  { groups = EVERYTHING, repository = '' }: { groups?: string; repository?: string } = {},
): string {
  return `sourceClusters:
${cluster('my-source', source)}${repository}
targetClusters:
${cluster('my-target', target)}
migrations:
  - sourceCluster: my-source
    targetCluster: my-target
    snapshotMigrations:
${groups}`
}
