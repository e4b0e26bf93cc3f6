import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Repositories that real servers wrote, kept beside the project. */
export const fixturesFolder = fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url))

/** Why tests on real repositories are skipped; undefined when the fixtures are there. */
export const noFixtures = existsSync(fixturesFolder) ? undefined : `no fixtures in ${fixturesFolder}`

/** One repository of one server version. */
export interface FixtureRepository {
  /** `es-7.10.2/repo` */
  readonly id: string
  readonly server: string
  readonly repository: string
  readonly folder: string
  /** Snapshot name to index name to the file with its expected documents. */
  readonly snapshots: Record<string, Record<string, string>>
}

/** Every repository of every server. */
export function fixtureRepositories(): FixtureRepository[] {
  if (noFixtures !== undefined) return []
  return readdirSync(fixturesFolder)
    .sort()
    .flatMap((server) => {
      const manifest = readJson(`${fixturesFolder}/${server}/expected/manifest.json`) as {
        repos: Record<string, Record<string, Record<string, string>>>
      }
      return Object.entries(manifest.repos).map(([repository, snapshots]) => ({
        id: `${server}/${repository}`,
        server,
        repository,
        folder: `${fixturesFolder}/${server}/${repository}`,
        snapshots,
      }))
    })
}

/** What the server answered about `repository/snapshot`; undefined when nothing was recorded. */
export function expectedMeta(server: string, repository: string, snapshot: string): ExpectedMeta | undefined {
  const path = `${fixturesFolder}/${server}/expected-meta.json`
  if (!existsSync(path)) return undefined
  return (readJson(path) as Record<string, ExpectedMeta>)[`${repository}/${snapshot}`]
}

/** Answers of a server, recorded when the snapshot was taken. */
export interface ExpectedMeta {
  readonly indices: Record<string, { settings: object; mappings: Record<string, object>; aliases: object }>
  readonly snapshot: {
    readonly state: string
    readonly indices: string[]
    readonly start_time_in_millis: number
    readonly end_time_in_millis: number
    readonly version: string
    readonly version_id: number
    readonly uuid?: string
    readonly shards: { total: number; successful: number }
  }
  readonly templates?: Record<string, Record<string, unknown>>
  readonly index_templates?: { index_templates: { name: string; index_template: object }[] }
  readonly component_templates?: { component_templates: { name: string; component_template: object }[] }
  readonly pipelines?: Record<string, object>
  readonly data_streams?: { data_streams: { name: string; generation: number; indices: { index_name: string }[] }[] }
  readonly version: { number: string }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
