import * as z from 'zod'
import { endpoint, name, roleArn, s3Uri, text } from './scalars.ts'

/** Where snapshots lie: in S3, in a folder, or where the source has registered a repository of that name. */
export const repositorySchema = z
  .strictObject({
    s3RepoPathUri: s3Uri.optional().meta({ description: 'Bucket and prefix: `s3://bucket/prefix`.' }),
    aws_region: text.optional().meta({ description: 'Region of the bucket.' }),
    awsRegion: text.optional().meta({ description: 'The same as `aws_region`.' }),
    endpoint: endpoint.optional().meta({ description: 'Address of an S3-compatible server. Default: AWS.' }),
    pathStyle: z.boolean().optional().meta({
      description: 'Whether the bucket stands in the path instead of the host name. Default: true with an `endpoint`.',
    }),
    roleArn: roleArn.optional().meta({
      description:
        'Role that the source cluster assumes to write to the bucket; Amazon’s managed services need one. Default: the credentials of the source.',
    }),
    readerRoleArn: roleArn.optional().meta({
      description: 'Role that this program assumes to read the bucket. Default: the credentials of its environment.',
    }),
    fsRepoPath: text.optional().meta({ description: 'Folder as the source cluster sees it.' }),
    localPath: text.optional().meta({
      description: 'The same folder as this program sees it. Default: the same path.',
    }),
    repoName: name.optional().meta({
      description:
        'Alone: a repository that is already registered on the source. Beside a place: the name to register it under.',
    }),
    registerOnTarget: z.boolean().optional().meta({
      description:
        'Whether the target registers the repository as well, read-only and under the same name, so that it can restore from it; removed at the end unless `cleanup.repository` is false. Default: false.',
    }),
  })
  .meta({ description: 'Where snapshots lie: `s3RepoPathUri`, `fsRepoPath`, or `repoName` alone.' })

/** A repository as it is written. */
export type RepositoryInput = z.infer<typeof repositorySchema>
