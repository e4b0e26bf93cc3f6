import type { TemplateSource } from '../metadata/select-templates.ts'
import type { SourceIndex } from '../metadata/source-index.ts'
import type { PlannedIndex } from './plan.ts'

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
  /** Shards, documents and bytes of some of `names`, in the order given, and what is worth a warning. */
  describe(
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<{ readonly indices: readonly PlannedIndex[]; readonly warnings: readonly string[] }>
  /** Templates of the cluster, or of the cluster that the snapshot was taken of. */
  templates(signal: AbortSignal): Promise<TemplateSource>
  /** Settings, mappings and aliases of some of `names`. */
  definitions(names: readonly string[], signal: AbortSignal): Promise<readonly SourceIndex[]>
}
