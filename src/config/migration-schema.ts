import * as z from 'zod'
import { APPROVAL_GATES } from './config.ts'
import { count, indexPattern, text } from './scalars.ts'

const settingValue = z.union([z.string(), z.number(), z.boolean()])

const settingsSchema = z
  .strictObject({
    remove: z.array(text).optional().meta({ description: 'Settings to leave out, by full name or glob.' }),
    set: z.record(text, settingValue).optional().meta({ description: 'Settings to set, by full name.' }),
  })
  .meta({ description: 'Changes to the settings of every index of the group: first removed, then set.' })

const mappingsSchema = z
  .strictObject({
    remove: z.array(text).optional().meta({ description: 'Fields to leave out, by dotted name.' }),
    set: z.record(text, z.record(text, z.unknown())).optional().meta({
      description: 'Mappings of fields by dotted name, such as `title: { type: text }`.',
    }),
  })
  .meta({ description: 'Changes to the mappings of every index of the group: first removed, then set.' })

const transformSchema = z
  .strictObject({
    // Elasticsearch 1 and 2 took fields without a name.
    rename: z.record(z.string(), text).optional().meta({
      description: 'New names of fields by old name, both dotted.',
    }),
    remove: z.array(z.string()).optional().meta({ description: 'Fields to leave out, by dotted name.' }),
    set: z.record(text, z.json()).optional().meta({ description: 'Values of fields by dotted name.' }),
  })
  .meta({
    description:
      'Changes to every document: first renamed, then removed, then set. A document that cannot be changed so is rejected.',
  })

const timeField = z.union([text, z.literal(false)])

/** `createSnapshot` as it is written. */
export const createSnapshotSchema = z
  .strictObject({
    enabled: z.boolean().optional().meta({
      description: 'Whether a snapshot is taken; `false` reads the newest complete one that is there. Default: true.',
    }),
    maxBytesPerSecond: count.optional().meta({
      description: 'Bytes a second and node that the source may write. Default: unlimited.',
    }),
    includeGlobalState: z.boolean().optional().meta({
      description: 'Whether templates and cluster settings go into the snapshot. Default: true.',
    }),
    partial: z.enum(['fail', 'accept']).optional().meta({
      description: 'What to do when shards are missing in the snapshot. Default: `fail`.',
    }),
  })
  .meta({ description: 'How the snapshot is taken.' })

/** `metadataMigration` as it is written. */
export const metadataSchema = z
  .strictObject({
    enabled: z.boolean().optional().meta({
      description: 'Whether templates, settings, mappings and aliases are migrated. Default: true.',
    }),
    existingIndex: z.enum(['fail', 'keep', 'update']).optional().meta({
      description:
        'What to do with an index that the target already has: stop, leave it as it is, or add what is missing. Default: `fail`.',
    }),
    onRefused: z.enum(['stop', 'continue']).optional().meta({
      description:
        'What to do when the target refuses an object, or one cannot be read: stop before any document, or go on without it, which ends with exit code 3 or 4. Default: `stop`.',
    }),
    indexTemplateAllowlist: z.array(text).optional().meta({
      description: 'Globs of index templates to migrate. Default: all but the system’s.',
    }),
    componentTemplateAllowlist: z.array(text).optional().meta({
      description: 'Globs of component templates to migrate. Default: all but the system’s.',
    }),
    ingestPipelineAllowlist: z.array(text).optional().meta({
      description: 'Globs of ingest pipelines to migrate. Default: none.',
    }),
    settings: settingsSchema.optional(),
    mappings: mappingsSchema.optional(),
    parents: z.enum(['join', 'routing']).optional().meta({
      description:
        'What becomes of `_parent` (5.x and earlier): a join field that documents get filled, so that they can be searched by their parent; or only their routing. Default: `join`.',
    }),
    joinField: text.optional().meta({ description: 'Name of the join field. Default: `join`.' }),
    timestampField: timeField.optional().meta({
      description:
        'Name of the date field that gets the stored values of `_timestamp` (2.x and earlier) in mappings and documents, or `false` for none. Default: `_timestamp`.',
    }),
    ttlField: timeField.optional().meta({
      description:
        'The same for `_ttl` (2.x and earlier): the time at which a document was to expire. Default: `_ttl`.',
    }),
    types: z.enum(['unite', 'split']).optional().meta({
      description:
        'What becomes of several mapping types of one index (5.x and earlier): one index with the fields of all, or an index `<index>-<type>` for each. Default: `unite`.',
    }),
    stringFielddata: z.boolean().optional().meta({
      description:
        'Whether the texts that analysed strings (2.x and earlier) become can be sorted and aggregated on as before, with their terms in the heap of the target. Default: false.',
    }),
    unsupportedFields: z.enum(['disable', 'drop']).optional().meta({
      description:
        'What to do with a field whose type the target lacks: keep its values without searching them, or leave it to dynamic mapping. Default: `disable`.',
    }),
  })
  .meta({ description: 'Templates, settings, mappings and aliases.' })

/** `documentBackfill` as it is written. */
export const backfillSchema = z
  .strictObject({
    enabled: z.boolean().optional().meta({ description: 'Whether documents are migrated. Default: true.' }),
    workers: count.optional().meta({
      description:
        'Pods (argo) or workers (local) at once at most. Default: `parallelism`; on argo, one pod for every 128 MiB of stored fields.',
    }),
    bulkBytes: count.optional().meta({ description: 'Bytes of one bulk request at most. Default: 10485760.' }),
    bulkDocs: count.optional().meta({ description: 'Documents of one bulk request at most. Default: 10000.' }),
    onConflict: z.enum(['overwrite', 'skip']).optional().meta({
      description: 'What to do with a document that the target already has. Default: `overwrite`.',
    }),
    compression: z.enum(['none', 'gzip']).optional().meta({
      description: 'How request bodies are compressed. Default: `none`.',
    }),
    maxRejects: z.int().min(0).optional().meta({
      description: 'Rejected documents after which the load fails. Default: unlimited, each one is kept and reported.',
    }),
    sourceless: z.enum(['rebuild', 'reject', 'fail']).optional().meta({
      description:
        'What to do with documents whose source is not stored as it was sent: put it together, leave them out, or stop. Default: `rebuild` for synthetic sources, `reject` for disabled ones; filtered ones get back what was filtered out where that is all of it, and go over as stored otherwise.',
    }),
    refreshDuringLoad: z.enum(['off', 'keep']).optional().meta({
      description:
        'Whether target indices are refreshed while they are loaded; put back afterwards, also after a crash. Default: `off`.',
    }),
    replicasDuringLoad: z.enum(['off', 'keep']).optional().meta({
      description:
        'Whether target indices keep their replicas while they are loaded; put back afterwards, also after a crash. Default: `keep`.',
    }),
    transform: transformSchema.optional(),
  })
  .meta({ description: 'Documents.' })

const verifySchema = z.enum(['counts', 'sample', 'full', 'off']).meta({
  description:
    'What is compared afterwards: document counts, counts and a sample of documents, every document, nothing. Default: `counts`.',
})
const approvalSchema = z.array(z.enum(APPROVAL_GATES)).meta({
  description: 'Steps before which the workflow waits for `workflow approve`. Default: none.',
})

/** One entry of `snapshotMigrations`. */
export const groupSchema = z
  .strictObject({
    indices: z.array(indexPattern).min(1).meta({
      description:
        'Patterns: `*` and `?`, a leading `-` excludes, the last one that matches a name decides. Names with a leading dot only when asked for with one.',
    }),
    allowEmpty: z.boolean().optional().meta({
      description: 'Whether a pattern may match nothing. Default: false, then it is an error.',
    }),
    snapshot: text.optional().meta({
      description: 'Existing snapshot to read instead of taking one; `latest` is the newest complete one.',
    }),
    createSnapshot: createSnapshotSchema.optional(),
    metadataMigration: metadataSchema.optional(),
    documentBackfill: backfillSchema.optional(),
    verify: verifySchema.optional(),
    approval: approvalSchema.optional(),
    priority: z.int().optional().meta({
      description:
        'Groups with a higher number are loaded first: workers turn to others when such a group leaves them nothing to do. Default: 0.',
    }),
  })
  .meta({ description: 'A set of indices with the same treatment.' })

/** What groups get where they say nothing themselves. */
export const groupDefaults = {
  createSnapshot: createSnapshotSchema.optional(),
  metadataMigration: metadataSchema.optional(),
  documentBackfill: backfillSchema.optional(),
  verify: verifySchema.optional(),
  approval: approvalSchema.optional(),
}

/** One entry of `migrations`. */
export const migrationSchema = z
  .strictObject({
    sourceCluster: text.meta({ description: 'Name of one of `sourceClusters`.' }),
    targetCluster: text.meta({ description: 'Name of one of `targetClusters`.' }),
    snapshotMigrations: z.array(groupSchema).min(1).meta({ description: 'What to migrate, in groups.' }),
  })
  .meta({ description: 'One source cluster into one target cluster.' })

/** A group as it is written. */
export type GroupInput = z.infer<typeof groupSchema>
