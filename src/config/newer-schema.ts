import * as z from 'zod'
import { count, endpoint, name, roleArn, s3Uri, text, version } from './scalars.ts'

/** Why a key of the newer form cannot be followed, or has no effect; found again by {@link remarkOf}. */
export interface KeyRemark {
  readonly kind: 'unsupported' | 'no-effect'
  readonly reason: string
}

const remarks = new WeakMap<z.core.$ZodType, KeyRemark>()

/** What there is to say about a key, undefined for one that is followed. */
export function remarkOf(schema: z.core.$ZodType): KeyRemark | undefined {
  return remarks.get(schema)
}

function noEffect(reason: string): z.ZodOptional<z.ZodUnknown> {
  return remarked({ kind: 'no-effect', reason }, `Accepted without effect: ${reason}.`)
}

function unsupported(reason: string): z.ZodOptional<z.ZodUnknown> {
  return remarked({ kind: 'unsupported', reason }, `Refused: ${reason}.`)
}

function remarked(remark: KeyRemark, description: string): z.ZodOptional<z.ZodUnknown> {
  const schema = z.unknown().meta({ description })
  remarks.set(schema, remark)
  return schema.optional()
}

const PODS = 'resources and tuning of pods belong to the values of the chart'
const OBSERVED = 'metrics and traces are set up by the chart'
const processKeys = {
  jvmArgs: noEffect('there is no JVM'),
  resources: noEffect(PODS),
  loggingConfigurationOverrideConfigMap: noEffect('there is one log, with every event'),
  otelTraceCollectorEndpoint: noEffect(OBSERVED),
  otelMetricsCollectorEndpoint: noEffect(OBSERVED),
}
const SOURCELESS = 'it is documentBackfill.sourceless of the page’s form'
const TRANSFORMS = 'transformations are written as settings, mappings and transform of the page’s form'
const VERSIONS = 'versions are compared by what they can do'

const authSchema = z
  .strictObject({
    basic: z
      .strictObject({ secretName: text.meta({ description: 'Secret with the keys `username` and `password`.' }) })
      .optional()
      .meta({ description: 'User name and password.' }),
    sigv4: z
      .strictObject({
        region: text.meta({ description: 'AWS region of the cluster.' }),
        service: z.enum(['es', 'aoss']).optional().meta({ description: 'Default: `es`.' }),
      })
      .optional()
      .meta({ description: 'Requests signed with the AWS credentials of the environment.' }),
    mtls: unsupported('client certificates are files here: use authConfig.mtls of the page’s form'),
  })
  .meta({ description: 'One way to authenticate. Without it: none.' })

const clusterKeys = {
  endpoint: endpoint.meta({ description: 'Address of the cluster.' }),
  allowInsecure: z
    .boolean()
    .optional()
    .meta({ description: 'Turns off verification of the certificate. Default: false.' }),
  authConfig: authSchema.optional(),
  version: version.optional().meta({ description: '`ES 7.10.2` or `OS 2.11.0`. Default: asked from the cluster.' }),
}

const repoSchema = z
  .strictObject({
    repoPathUri: s3Uri.meta({ description: '`s3://bucket/prefix`.' }),
    awsRegion: z.string().optional().meta({ description: 'Region of the bucket.' }),
    endpoint: z
      .union([endpoint, z.literal('')])
      .optional()
      .meta({ description: 'Address of an S3-compatible server.' }),
    s3RoleArn: z
      .union([roleArn, z.literal('')])
      .optional()
      .meta({ description: 'Role that the source assumes.' }),
  })
  .meta({ description: 'A place for snapshots.' })

const createSnapshotSchema = z
  .strictObject({
    indexAllowlist: z.array(text).optional().meta({ description: 'Index patterns. Default: all.' }),
    maxSnapshotRateMbPerNode: z.number().min(0).optional().meta({
      description: 'MiB a second and node; 0 is unlimited. Default: 0.',
    }),
    includeGlobalState: z.boolean().optional().meta({ description: 'Default: true.' }),
    snapshotPrefix: noEffect('snapshots are named after the workflow'),
    compressionEnabled: noEffect('metadata of snapshots is compressed as the source does by default'),
    ...processKeys,
  })
  .meta({ description: 'A snapshot to take.' })

const snapshotSchema = z
  .strictObject({
    repoName: text.meta({ description: 'Name of one of `repos`.' }),
    config: z
      .strictObject({
        createSnapshotConfig: createSnapshotSchema.optional(),
        externallyManagedSnapshotName: text.optional().meta({ description: 'An existing snapshot, read as it is.' }),
      })
      .meta({ description: 'Exactly one of the two.' }),
  })
  .meta({ description: 'A snapshot to take or to read.' })

const snapshotInfoSchema = z
  .strictObject({
    serializeSnapshotCreation: noEffect('snapshots of one source are always taken one after the other'),
    repos: z.record(name, repoSchema).optional().meta({ description: 'Places for snapshots, by name.' }),
    snapshots: z.record(name, snapshotSchema).optional().meta({ description: 'Snapshots, by name.' }),
    backups: unsupported('Solr is not a source of this program'),
  })
  .meta({ description: 'Repositories and snapshots of a source.' })

const metadataSchema = z
  .strictObject({
    indexAllowlist: z.array(text).optional().meta({ description: 'Names, or `regex:` and a pattern. Default: all.' }),
    indexTemplateAllowlist: z.array(text).optional().meta({ description: 'The same for index templates.' }),
    componentTemplateAllowlist: z.array(text).optional().meta({ description: 'The same for component templates.' }),
    skipEvaluateApproval: z.boolean().optional().meta({ description: 'No gate after the evaluation.' }),
    skipMigrateApproval: z.boolean().optional().meta({ description: 'No gate before the migration.' }),
    allowLooseVersionMatching: noEffect(VERSIONS),
    clusterAwarenessAttributes: noEffect('numbers of replicas are kept'),
    output: noEffect('workflow plan shows the evaluation in either form'),
    transformerConfig: unsupported(TRANSFORMS),
    transformerConfigBase64: unsupported(TRANSFORMS),
    transformerConfigFile: unsupported(TRANSFORMS),
    metadataTransforms: unsupported(TRANSFORMS),
    enableSourcelessMigrations: noEffect(SOURCELESS),
    useRecoverySource: noEffect(SOURCELESS),
    ...processKeys,
  })
  .meta({ description: 'Templates, settings, mappings and aliases; not migrated without this key.' })

const backfillSchema = z
  .strictObject({
    indexAllowlist: z.array(text).optional().meta({ description: 'Names, or `regex:` and a pattern. Default: all.' }),
    podReplicas: count.optional().meta({ description: 'Workers.' }),
    documentsPerBulkRequest: count.optional().meta({ description: 'Documents of one bulk request at most.' }),
    documentsSizePerBulkRequest: count.optional().meta({ description: 'Bytes of one bulk request at most.' }),
    skipApproval: z.boolean().optional().meta({ description: 'No gate after the load.' }),
    minPodReplicas: noEffect(PODS),
    maxShardSizeBytes: noEffect('nothing of a shard is kept on disk'),
    maxConnections: noEffect('the number of requests at once adapts to the target'),
    initialLeaseDuration: noEffect('leases are short and renewed'),
    useTargetClusterForWorkCoordination: noEffect('no cluster is deployed for coordination'),
    coordinatorRetryMaxRetries: noEffect('work is retried until it is accounted for'),
    coordinatorRetryInitialDelayMs: noEffect('work is retried until it is accounted for'),
    coordinatorRetryMaxDelayMs: noEffect('work is retried until it is accounted for'),
    allowedDocExceptionTypes: noEffect('rejected documents are kept and never stop the load'),
    serverGeneratedIds: noEffect('ids of documents are always kept'),
    emitDocType: noEffect('document types go to targets that know them'),
    allowLooseVersionMatching: noEffect(VERSIONS),
    docTransformerConfig: unsupported(TRANSFORMS),
    docTransformerConfigBase64: unsupported(TRANSFORMS),
    docTransformerConfigFile: unsupported(TRANSFORMS),
    documentTransforms: unsupported(TRANSFORMS),
    enableSourcelessMigrations: noEffect(SOURCELESS),
    useRecoverySource: noEffect(SOURCELESS),
    positionGapStopword: noEffect('no source is rebuilt from the terms of a text'),
    failedDocumentStreamS3Prefix: noEffect('rejected documents lie with the workflow'),
    failedDocumentStreamS3Bucket: noEffect('rejected documents lie with the workflow'),
    failedDocumentStreamS3Region: noEffect('rejected documents lie with the workflow'),
    failedDocumentStreamS3Endpoint: noEffect('rejected documents lie with the workflow'),
    failedDocumentStreamMaxBufferBytes: noEffect('rejected documents lie with the workflow'),
    ...processKeys,
  })
  .meta({ description: 'Documents; not migrated without this key.' })

const passSchema = z
  .strictObject({
    label: text.optional().meta({ description: 'Name of the pass. Default: `migration-` and its position.' }),
    metadataMigrationConfig: metadataSchema.optional(),
    documentBackfillConfig: backfillSchema.optional(),
  })
  .meta({ description: 'One pass over a snapshot; at least one of the two parts.' })

/** The newer upstream form of a configuration. */
export const newerSchema = z
  .strictObject({
    skipApprovals: z
      .boolean()
      .optional()
      .meta({ description: 'No gates unless a step says otherwise. Default: false.' }),
    requireBeginApproval: z.boolean().optional().meta({ description: 'A gate before anything runs. Default: false.' }),
    sourceClusters: z
      .record(
        name,
        z
          .strictObject({ ...clusterKeys, snapshotInfo: snapshotInfoSchema.optional() })
          .meta({ description: 'A cluster that documents come from.' }),
      )
      .meta({ description: 'Clusters that documents come from, by name.' }),
    targetClusters: z
      .record(name, z.strictObject(clusterKeys).meta({ description: 'A cluster that documents go to.' }))
      .meta({ description: 'Clusters that documents go to, by name.' }),
    snapshotMigrationConfigs: z
      .array(
        z
          .strictObject({
            fromSource: text.meta({ description: 'Name of one of `sourceClusters`.' }),
            toTarget: text.meta({ description: 'Name of one of `targetClusters`.' }),
            skipApprovals: z.boolean().optional().meta({ description: 'Overrides the one at the top.' }),
            perSnapshotConfig: z
              .record(text, z.array(passSchema).min(1))
              .meta({ description: 'Passes by snapshot, a name of `snapshotInfo.snapshots`.' }),
          })
          .meta({ description: 'One source cluster into one target cluster.' }),
      )
      .min(1)
      .meta({ description: 'What goes from where to where.' }),
    kafkaClusterConfiguration: unsupported('this program migrates what is stored, it does not capture traffic'),
    traffic: unsupported('this program migrates what is stored, it does not capture traffic'),
  })
  .meta({ title: 'Backfill workflow, newer upstream form', description: 'The newer upstream form of a configuration.' })

/** Keys at the top that only the newer form has. */
export const NEWER_KEYS: readonly string[] = [
  'snapshotMigrationConfigs',
  'skipApprovals',
  'requireBeginApproval',
  'traffic',
  'kafkaClusterConfiguration',
]

/** A configuration in the newer form, as it is written. */
export type NewerInput = z.infer<typeof newerSchema>
/** One pass of the newer form. */
export type PassInput = z.infer<typeof passSchema>
