import type { RestTarget } from '../servers/rest.ts'

const EVERYTHING = `      - indices: ["*"]
        metadataMigration:
          enabled: true
        documentBackfill:
          enabled: true
`

/** What a configuration has beyond the page's minimal one; each text is YAML with its indentation, ending with a line end. */
export interface ConfigurationParts {
  /** Entries of `snapshotMigrations`, instead of the one for everything. */
  readonly groups?: string
  /** More keys of the source cluster. */
  readonly source?: string
  /** More keys of the target cluster. */
  readonly target?: string
}

/** The page's minimal configuration, with the endpoints of two servers. */
export function pageConfiguration(source: RestTarget, target: RestTarget, parts: ConfigurationParts = {}): string {
  return `sourceClusters:
  my-source:
${cluster(source)}${parts.source ?? ''}
targetClusters:
  my-target:
${cluster(target)}${parts.target ?? ''}
migrations:
  - sourceCluster: my-source
    targetCluster: my-target
    snapshotMigrations:
${parts.groups ?? EVERYTHING}`
}

function cluster({ url, credentials, caFile }: RestTarget): string {
  const lines = [`    endpoint: ${url}`]
  if (credentials !== undefined) {
    lines.push('    authConfig:', '      basic:')
    lines.push(`        username: ${credentials.username}`, `        password: ${credentials.password}`)
  }
  if (caFile !== undefined) lines.push('    tls:', `      caFile: ${caFile}`)
  return `${lines.join('\n')}\n`
}
