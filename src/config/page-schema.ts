import * as z from 'zod'
import { sourceSchema, targetSchema } from './cluster-schema.ts'
import { groupDefaults, migrationSchema } from './migration-schema.ts'
import { repositorySchema } from './repository-schema.ts'
import { count, name } from './scalars.ts'

const defaultsSchema = z
  .strictObject({ snapshotRepo: repositorySchema.optional(), ...groupDefaults })
  .meta({ description: 'What sources and groups get where they say nothing themselves, key by key.' })

const cleanupSchema = z
  .strictObject({
    snapshot: z.boolean().optional().meta({ description: 'The snapshot. Default: true.' }),
    repository: z.boolean().optional().meta({ description: 'The registration of the repository. Default: true.' }),
    workState: z.boolean().optional().meta({ description: 'The state of work items. Default: true.' }),
    temporaryData: z.boolean().optional().meta({ description: 'Temporary data. Default: true.' }),
  })
  .meta({ description: 'What to remove at the end, of what the run itself has created; nothing else is ever removed.' })

/** The form of the published page, with our keys beside it: the single source of validation, types, JSON Schema and reference. */
export const pageSchema = z
  .strictObject({
    apiVersion: z
      .literal('backfill/v1')
      .optional()
      .meta({ description: 'Version of this form. Default: `backfill/v1`.' }),
    engine: z.enum(['local', 'argo']).optional().meta({
      description:
        'Where workflows run: on this machine, or in Kubernetes through Argo Workflows. Default: `local` without Kubernetes.',
    }),
    namespace: name.optional().meta({
      description:
        'Kubernetes namespace of the argo engine. Default: `WORKFLOW_NAMESPACE`, that of the pod or of the current context, `ma`.',
    }),
    parallelism: count.optional().meta({
      description:
        'Pods (argo) or workers (local) at once at most. Default: 100 pods, or as many workers as suit the machine.',
    }),
    defaults: defaultsSchema.optional(),
    sourceClusters: z.record(name, sourceSchema).meta({ description: 'Clusters that documents come from, by name.' }),
    targetClusters: z.record(name, targetSchema).meta({ description: 'Clusters that documents go to, by name.' }),
    migrations: z.array(migrationSchema).min(1).meta({ description: 'What goes from where to where.' }),
    cleanup: cleanupSchema.optional(),
  })
  .meta({ title: 'Backfill workflow', description: 'Configuration of a migration by reindexing from snapshots.' })

/** A configuration in the form of the page, as it is written. */
export type PageInput = z.infer<typeof pageSchema>
