import type { Secret, SecretRef } from '../core/secret.ts'
import type { TranslateOptions } from '../metadata/translate-options.ts'

/**
 * A configuration that is proven good, whichever form it was written in: names resolved, defaults filled in, `defaults`
 * merged into every group. The one type that the rest of the program reads.
 */
export interface Config {
  /** The form it was written in: that of the published page, or the newer upstream one. */
  readonly form: 'page' | 'newer'
  /** The engine that was asked for; the machine decides when absent. */
  readonly engine?: 'local' | 'argo'
  /** Kubernetes namespace of the argo engine; that of the environment when absent. */
  readonly namespace?: string
  /** Pods (argo) or workers (local) at once over all migrations; the engine's own default when absent. */
  readonly parallelism?: number
  /** Where snapshots go when neither source nor migration says so (`defaults.snapshotRepo`). */
  readonly defaultRepository?: ConfigRepository
  /** By name, in the order of the text. */
  readonly sources: Readonly<Record<string, ConfigSource>>
  readonly targets: Readonly<Record<string, ConfigCluster>>
  readonly migrations: readonly ConfigMigration[]
  readonly cleanup: ConfigCleanup
}

/** How to reach a cluster. */
export interface ConfigCluster {
  readonly name: string
  /** As written: `https://host:9200`, with a path prefix where there is one. */
  readonly endpoint: string
  /** What the text claims; asked from the cluster when absent. */
  readonly version?: ConfigVersion
  readonly auth: ConfigAuth
  readonly tls: { readonly caFile?: string; readonly verify: boolean }
  readonly connections?: number
  readonly requestsPerSecond?: number
}

/** A cluster that is read from. */
export interface ConfigSource extends ConfigCluster {
  readonly repository?: ConfigRepository
}

/** A version as written: `7.10.2`, `ES 7.10.2`, `OS 2.11.0`. */
export interface ConfigVersion {
  /** Absent for a bare number. */
  readonly distribution?: 'elasticsearch' | 'opensearch'
  /** `7.10.2` */
  readonly number: string
}

/** A secret of a configuration: by reference, or written inline, where `path` are the keys that lead to it in the text. */
export type ConfigSecret =
  | Exclude<SecretRef, { readonly kind: 'config' }>
  | { readonly kind: 'inline'; readonly value: Secret; readonly path: readonly string[] }

/** How a cluster is told who we are. */
export type ConfigAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: ConfigSecret; readonly password: ConfigSecret }
  | { readonly kind: 'apiKey'; readonly key: ConfigSecret }
  | { readonly kind: 'sigv4'; readonly region: string; readonly service: 'es' | 'aoss' }
  | { readonly kind: 'mtls'; readonly certFile: string; readonly keyFile: string }

/** Where snapshots of a source lie. */
export type ConfigRepository = ConfigPlace & {
  /** The target registers it as well, read-only. */
  readonly registerOnTarget?: true
}

/** A bucket, a folder, or what the source knows by a name. */
export type ConfigPlace =
  | {
      readonly type: 's3'
      /** `s3://bucket/prefix` without a trailing slash. */
      readonly uri: string
      readonly region?: string
      readonly endpoint?: string
      readonly pathStyle?: boolean
      /** Role that the source assumes. */
      readonly roleArn?: string
      /** Role that this program assumes. */
      readonly readerRoleArn?: string
      /** Name to register it under on the source. */
      readonly name?: string
    }
  | {
      readonly type: 'fs'
      /** The folder as the source cluster sees it. */
      readonly sourcePath: string
      /** The same folder as this program sees it; `sourcePath` unless the text says otherwise. */
      readonly localPath: string
      readonly name?: string
    }
  /** Already registered on the source, which is asked where it lies. */
  | { readonly type: 'registered'; readonly name: string; readonly localPath?: string }

/**
 * One source into one target through one snapshot. An entry of the text whose groups ask for different snapshots has become
 * one migration for each.
 */
export interface ConfigMigration {
  readonly source: string
  readonly target: string
  readonly snapshot: ConfigSnapshot
  /** The source's repository, or the one the text names for this snapshot; absent: `Config.defaultRepository`, then the surroundings. */
  readonly repository?: ConfigRepository
  readonly groups: readonly ConfigGroup[]
}

/** The snapshot to take, or the one to read. */
export type ConfigSnapshot =
  | {
      readonly create: true
      readonly includeGlobalState: boolean
      /** Bytes per second and node of the source; unlimited when absent. */
      readonly maxBytesPerSecond?: number
      readonly partial: 'fail' | 'accept'
    }
  /** `latest` means the newest complete one of the repository. */
  | { readonly create: false; readonly name: string; readonly partial: 'fail' | 'accept' }

/** A set of indices with the same treatment. */
export interface ConfigGroup {
  /** Keys that lead to the group in the text: `['migrations', '0', 'snapshotMigrations', '1']`. */
  readonly path: readonly string[]
  /** `snapshotMigrations[1]` as messages call it, behind `migrations[0].` where there are several, or the label of the newer form. */
  readonly label: string
  /** In the dialect of `core/patterns.ts`. */
  readonly indices: readonly string[]
  /** True when patterns may match nothing. */
  readonly allowEmpty: boolean
  readonly metadata: ConfigMetadata
  readonly backfill: ConfigBackfill
  readonly verify: 'counts' | 'sample' | 'full' | 'off'
  /** Steps before which a person has to approve. */
  readonly approval: readonly ApprovalGate[]
  /** Groups with a higher number are loaded first. */
  readonly priority: number
}

/** Steps that can wait for a person. */
export const APPROVAL_GATES = ['create-snapshot', 'migrate-metadata', 'restore-documents', 'verify'] as const

/** A step that can wait for a person. */
export type ApprovalGate = (typeof APPROVAL_GATES)[number]

/** Treatment of templates, settings, mappings and aliases. */
export interface ConfigMetadata {
  readonly enabled: boolean
  readonly existingIndex: 'fail' | 'keep' | 'update'
  /** After what the target refuses: stop before any document, or go on without it. */
  readonly onRefused: 'stop' | 'continue'
  /** Globs of legacy and composable index templates; every one that is not the system's when absent. */
  readonly indexTemplates?: readonly string[]
  readonly componentTemplates?: readonly string[]
  /** Globs of ingest pipelines; none when absent. */
  readonly ingestPipelines?: readonly string[]
  readonly settings: SettingChanges
  readonly mappings: MappingChanges
  /** Decisions about what has no equivalent on the target, only those that the text takes. */
  readonly options: Partial<TranslateOptions>
}

/** Changes to the settings of every index of a group: first removed, then set. */
export interface SettingChanges {
  /** Full names such as `index.refresh_interval`; globs allowed. */
  readonly remove: readonly string[]
  readonly set: Readonly<Record<string, string | number | boolean>>
}

/** Changes to the mappings of every index of a group: first removed, then set. */
export interface MappingChanges {
  /** Dotted field names. */
  readonly remove: readonly string[]
  /** Mapping of a field by its dotted name: `{ "title": { type: text } }`. */
  readonly set: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Treatment of documents. */
export interface ConfigBackfill {
  readonly enabled: boolean
  /** Workers of this group at most; `Config.parallelism` when absent. */
  readonly workers?: number
  readonly bulkBytes: number
  readonly bulkDocs: number
  readonly onConflict: 'overwrite' | 'skip'
  readonly compression: 'none' | 'gzip'
  /** Rejected documents after which the load fails; unlimited when absent. */
  readonly maxRejects?: number
  /** What to do with documents whose source is not stored; when absent, synthetic ones are rebuilt and others rejected. */
  readonly sourceless?: 'rebuild' | 'reject' | 'fail'
  /** Whether target indices are refreshed while they are loaded; `off` when absent. */
  readonly refreshDuringLoad?: 'off' | 'keep'
  /** Whether target indices keep their replicas while they are loaded; `keep` when absent. */
  readonly replicasDuringLoad?: 'off' | 'keep'
  /** Absent when documents go over byte for byte. */
  readonly transform?: DocumentTransform
}

/** Changes to every document of a group: first renamed, then removed, then set. */
export interface DocumentTransform {
  /** Dotted field names, old to new. */
  readonly rename: Readonly<Record<string, string>>
  /** Dotted field names. */
  readonly remove: readonly string[]
  /** Values by dotted field name. */
  readonly set: Readonly<Record<string, unknown>>
}

/** What Cleanup removes of what the run itself created. */
export interface ConfigCleanup {
  readonly snapshot: boolean
  readonly repository: boolean
  readonly workState: boolean
  readonly temporaryData: boolean
}

/** What a group gets where the text says nothing. */
export const DEFAULTS = {
  existingIndex: 'fail',
  onRefused: 'stop',
  bulkBytes: 10 * 1024 * 1024,
  bulkDocs: 10_000,
  onConflict: 'overwrite',
  compression: 'none',
  verify: 'counts',
  includeGlobalState: true,
  partial: 'fail',
} as const

/** The reference that a plan stores for a secret; an inline one is found again in `file`, or in the saved configuration. */
export function secretRef(secret: ConfigSecret, file?: string): SecretRef {
  if (secret.kind !== 'inline') return secret
  return { kind: 'config', path: secret.path, ...(file !== undefined && { file }) }
}
