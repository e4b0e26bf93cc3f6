import type { JsonObject } from '../codec/json-value.ts'
import type { Failure } from '../core/failure.ts'
import type { TemplateSource } from '../metadata/select-templates.ts'
import type { SourceIndex } from '../metadata/source-index.ts'
import type { ProductVersion } from '../metadata/version-range.ts'
import type { PlannedIndex } from './plan.ts'

/** What is known of some indices. */
export interface DescribedIndices {
  readonly indices: readonly PlannedIndex[]
  /** By name, why an index cannot be read; its place in `indices` says so, too. Absent for none. */
  readonly unreadable?: ReadonlyMap<string, Failure>
  readonly warnings: readonly string[]
}

/** The indices that a migration can choose from. */
export interface Offer {
  /** What messages call it: `source prod`, `snapshot nightly in s3://bucket/prefix`. */
  readonly subject: string
  /** Name of the existing snapshot; undefined for a live source. */
  readonly snapshot: string | undefined
  readonly names: ReadonlySet<string>
  /** Indices that are there and cannot be migrated, because they are closed. */
  readonly closed: ReadonlySet<string>
  readonly dataStreams: readonly { readonly name: string; readonly indices: readonly string[] }[]
  /** Shards, documents and bytes of some of `names`, in the order given. */
  describe(names: readonly string[], signal: AbortSignal): Promise<DescribedIndices>
  /** Templates of the cluster, or of the cluster that the snapshot was taken of. */
  templates(signal: AbortSignal): Promise<TemplateSource>
  /** Ingest pipelines of it. */
  pipelines(signal: AbortSignal): Promise<ReadonlyMap<string, JsonObject>>
  /** Names of aliases of whole data streams, with the streams. */
  streamAliases(signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>>
  /** Version of the cluster, as the rules of templates read it. */
  readonly version: ProductVersion
  /** Settings, mappings and aliases of those of `names` that can be read. */
  definitions(names: readonly string[], signal: AbortSignal): Promise<readonly SourceIndex[]>
}
