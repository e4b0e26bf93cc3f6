import type { DocumentTransform, MappingChanges, SettingChanges } from '../config/config.ts'
import type { SecretRef } from '../core/secret.ts'
import type { Difference } from '../metadata/diff.ts'
import type { Judgement, MovedKind } from '../metadata/judge-object.ts'
import type { Remedy } from '../metadata/remedy.ts'
import type { LeftOut } from '../metadata/select-templates.ts'
import type { TranslateOptions } from '../metadata/translate-options.ts'
import type { Sourceless } from '../source/rebuild/sourceless.ts'

/**
 * What a configuration resolves to: every cluster, repository, index and step by name, secrets as references. Immutable and
 * serialisable as JSON; the only input of an engine. The same configuration and the same answers give the same plan.
 */
export interface Plan {
  readonly schemaVersion: 1
  /** SHA-256 of the configuration's meaning (not of its text), lower-case hexadecimal; secrets are left out of it. */
  readonly configDigest: string
  readonly sources: Readonly<Record<string, PlannedCluster>>
  readonly targets: Readonly<Record<string, PlannedCluster>>
  readonly migrations: readonly PlannedMigration[]
  /** In an order in which every step comes after those it depends on. */
  readonly steps: readonly PlannedStep[]
  /** Slices that are loaded at once on this engine, over all migrations. */
  readonly parallelism: number
  readonly cleanup: PlannedCleanup
  readonly warnings: readonly string[]
}

/** How to reach a cluster, and what it is. */
export interface PlannedCluster {
  readonly endpoint: string
  readonly distribution: 'elasticsearch' | 'opensearch'
  /** `7.10.2` */
  readonly version: string
  readonly auth: PlannedAuth
  readonly tls: { readonly caFile?: string; readonly verify: boolean }
  readonly connections?: number
  readonly requestsPerSecond?: number
}

/** Credentials as references; inline ones are resolved from the saved configuration when they are needed. */
export type PlannedAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: SecretRef; readonly password: SecretRef }
  | { readonly kind: 'apiKey'; readonly key: SecretRef }
  | { readonly kind: 'sigv4'; readonly region: string; readonly service: 'es' | 'aoss' }
  | { readonly kind: 'mtls'; readonly certFile: string; readonly keyFile: string }

/** One source cluster into one target cluster, through one snapshot. */
export interface PlannedMigration {
  /** `m1`, `m2`, … in the order of the configuration. */
  readonly id: string
  readonly source: string
  readonly target: string
  readonly repository: PlannedRepository
  readonly snapshot: PlannedSnapshot
  readonly groups: readonly PlannedGroup[]
  /** Templates and aliases that are not moved, with the reason; none when absent. */
  readonly leftOut?: readonly LeftOut[]
  /**
   * What Migrate Metadata is going to do with every object, in its order; only where a plan is made to be read, and absent when
   * no metadata is migrated or the target did not tell what it has.
   */
  readonly objects?: readonly PlannedObject[]
}

/** What Migrate Metadata is going to do with one object, unless the target refuses it. */
export interface PlannedObject {
  readonly kind: 'global metadata' | MovedKind
  readonly name: string
  /** The group that it belongs to; templates and pipelines belong to none. */
  readonly group?: string
  /** As in the result of Migrate Metadata; `unknown`: the target has one, and it was not compared because there are too many. */
  readonly outcome: Judgement['outcome'] | 'unknown'
  /** How the object that the target has differs from the one wanted; not at all when absent. */
  readonly differences?: readonly Difference[]
  /** Why it is going to be refused, and what helps. */
  readonly refusal?: string
  readonly remedy?: Remedy
  /** What is changed for the target, and what it will lack; what rules change in indices and data streams is in `changes` of their group. */
  readonly changes?: readonly ObjectChange[]
}

/** Where the snapshot lies, as the source sees it and as we read it. */
export interface PlannedRepository {
  /** Name under which it is (or will be) registered on the source. */
  readonly name: string
  /** True when Create Snapshot has to register it on the source first. */
  readonly register: boolean
  /** True when Register Snapshot has to register it on the target, read-only; not when absent. */
  readonly registerOnTarget?: true
  /** How it was found; absent in plans from elsewhere. */
  readonly origin?: RepositoryOrigin
  readonly type: 'fs' | 's3'
  /** As we read it: an absolute folder or `s3://bucket/prefix`. */
  readonly uri: string
  /** The folder as the source sees it; only for type fs. */
  readonly sourcePath?: string
  readonly s3?: {
    readonly region?: string
    readonly endpoint?: string
    readonly pathStyle?: boolean
    /** Role that the source assumes to write to the bucket, part of its registration. */
    readonly roleArn?: string
    /** Role that this program assumes to read the bucket. */
    readonly readerRoleArn?: string
  }
}

/**
 * How a repository was found: named by the configuration for the source, in `defaults`, or by `WORKFLOW_SNAPSHOT_REPO`; else
 * the only readable one that is registered on the source, or a readable folder of the source's `path.repo`.
 */
export type RepositoryOrigin = 'source' | 'defaults' | 'environment' | 'registered' | 'path.repo'

/** The snapshot to take, or the existing one to read. */
export type PlannedSnapshot =
  | {
      readonly create: true
      /** `undefined` until submit names the workflow: `<workflow>-<migration id>`. */
      readonly name?: string
      /** Every index of every group, sorted. */
      readonly indices: readonly string[]
      readonly includeGlobalState: boolean
      readonly maxBytesPerSecond?: number
      readonly partial: 'fail' | 'accept'
    }
  | { readonly create: false; readonly name: string; readonly partial: 'fail' | 'accept' }

/** One entry of `snapshotMigrations`: a set of indices with the same treatment. */
export interface PlannedGroup {
  /** `m1g1`, `m1g2`, … */
  readonly id: string
  /** What messages call the group, such as `snapshotMigrations[1]`. */
  readonly label?: string
  readonly patterns: readonly string[]
  /** What each pattern matches by itself, in the order of `patterns`. */
  readonly matches?: readonly PlannedPattern[]
  /** Groups with a higher number are loaded first. Default: 0. */
  readonly priority?: number
  readonly indices: readonly PlannedIndex[]
  readonly metadata: PlannedMetadata
  /** What the rules for the target's version change; absent when metadata is not migrated or could not be looked at. */
  readonly changes?: readonly PlannedChange[]
  readonly backfill: PlannedBackfill
  readonly verify: 'counts' | 'sample' | 'full' | 'off'
  /** Set when an earlier run has done the group, whose steps are skipped then. */
  readonly doneBefore?: DoneBefore
}

/** What an earlier run has done of a group, and what the target still has to hold for that to be true. */
export interface DoneBefore {
  readonly workflow: string
  /** Documents that it brought into indices of the target, by the indices that took them. */
  readonly indices: readonly { readonly names: readonly string[]; readonly documents: number }[]
}

/** A pattern, and how many indices it matches by itself; those of an exclusion are left out. */
export interface PlannedPattern {
  readonly pattern: string
  readonly indices: number
}

/** A change of an object for the target, and why it is made. */
export interface ObjectChange {
  /** Name of the rule, as in the documentation. */
  readonly rule: string
  /** As in the result of Migrate Metadata; `problem`: there is no equivalent on the target. */
  readonly action: 'changed' | 'dropped' | 'approximated' | 'kept-different' | 'problem'
  /** Dotted path, such as `mappings.properties.title.type`. */
  readonly path: string
  readonly reason: string
}

/** A change of settings, mappings or aliases that several indices have alike. */
export interface PlannedChange extends ObjectChange {
  /** How many indices of the group have it. */
  readonly indices: number
  /** The first of them. */
  readonly examples: readonly string[]
}

/** An index as it was when the plan was made. */
export interface PlannedIndex {
  readonly name: string
  readonly shards: number
  /** Live documents, where the source told; nested documents may be counted by old versions. */
  readonly documents?: number
  /** Primary store size in bytes, where known. */
  readonly bytes?: number
  /** The data stream that the index is behind, when it is moved as part of that; the indices of a stream follow each other, the oldest first. */
  readonly stream?: string
  /** Indices of the target that take its documents, one for each mapping type, when its types are split. */
  readonly typeIndices?: readonly string[]
  /** Why its metadata in the snapshot cannot be read; such an index is reported as refused, and nothing of it is moved. */
  readonly unreadable?: string
}

/** The indices behind each data stream of a group that can be read, the oldest first. */
export function streamsOf({ indices }: Pick<PlannedGroup, 'indices'>): ReadonlyMap<string, readonly string[]> {
  const streams = new Map<string, string[]>()
  for (const { name, stream, unreadable } of indices) {
    if (stream !== undefined && unreadable === undefined) streams.set(stream, [...(streams.get(stream) ?? []), name])
  }
  return streams
}

/** What takes the documents of an index on the target: an index of its name, several by type, or a data stream. */
export function targetNames({ name, stream, typeIndices }: PlannedIndex): readonly string[] {
  return stream === undefined ? (typeIndices ?? [name]) : [stream]
}

/** Treatment of templates, mappings, settings and aliases. */
export interface PlannedMetadata {
  readonly enabled: boolean
  readonly existingIndex: 'fail' | 'keep' | 'update'
  /** After what the target refuses: `stop`, when absent, before any document, or go on without it. */
  readonly onRefused?: 'continue'
  /** Globs of legacy and composable templates; every non-system one when absent. */
  readonly templates?: readonly string[]
  readonly componentTemplates?: readonly string[]
  /** Globs of ingest pipelines; none when absent. */
  readonly ingestPipelines?: readonly string[]
  /** Changes to the settings of every index, after the rules of the target; none when absent. */
  readonly settings?: SettingChanges
  /** Changes to the mappings of every index, after the rules of the target; none when absent. */
  readonly mappings?: MappingChanges
  /** Decisions about what has no equivalent on the target; defaults where absent. They hold for documents, too. */
  readonly options?: Partial<TranslateOptions>
}

/** Treatment of documents. */
export interface PlannedBackfill {
  readonly enabled: boolean
  /** Slices of this group loaded at once at most; `Plan.parallelism` when absent. */
  readonly workers?: number
  readonly bulkBytes: number
  readonly bulkDocs: number
  readonly onConflict: 'overwrite' | 'skip'
  /** How request bodies are compressed; not at all when absent. */
  readonly compression?: 'gzip'
  /** Rejected documents after which the load fails; unlimited when absent. */
  readonly maxRejects?: number
  /** What to do with documents whose source is not stored; when absent, synthetic ones are rebuilt and others rejected. */
  readonly sourceless?: Sourceless
  /** Whether target indices are refreshed while they are loaded; `off` when absent, and put back after the load. */
  readonly refreshDuringLoad?: 'off' | 'keep'
  /** Whether target indices keep their replicas while they are loaded; `keep` when absent. */
  readonly replicasDuringLoad?: 'off' | 'keep'
  /** Absent when documents go over byte for byte. */
  readonly transform?: DocumentTransform
}

/** What Cleanup removes of what the run itself created. */
export interface PlannedCleanup {
  readonly snapshot: boolean
  readonly repository: boolean
  readonly workState: boolean
}

/** The kinds of step, in the order of a run. */
export const STEP_KINDS = [
  'initialize',
  'create-snapshot',
  'register-snapshot',
  'migrate-metadata',
  'restore-documents',
  'verify',
  'cleanup',
] as const

/** A kind of step. */
export type StepKind = (typeof STEP_KINDS)[number]

/** One node of the graph. */
export interface PlannedStep {
  /** `initialize`, `m1/create-snapshot`, `m1g2/restore-documents`, `cleanup`. */
  readonly id: string
  readonly kind: StepKind
  /** As status shows it: `Create Snapshot`. */
  readonly title: string
  readonly migration?: string
  readonly group?: string
  /** Ids of steps that must have succeeded, been skipped or finished with rejects. Cleanup runs at the end whatever happened. */
  readonly dependsOn: readonly string[]
  /** Reason why the step has nothing to do, such as `documentBackfill is disabled`. */
  readonly skip?: string
  /** True when a person has to approve before the step starts. */
  readonly approval?: true
}
