/**
 * A configuration to begin with: the minimal one of the published page, and what else there is as comments.
 * `schema` is the place of `backfill.schema.json`, which editors check against while one types.
 */
export function sampleConfig(schema?: string): string {
  const modeline = schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`
  return modeline + SAMPLE
}

const SAMPLE = `# What to migrate, from where to where. Check with: workflow configure validate
# Every key is explained in docs/configuration.md.

sourceClusters:
  my-source:
    endpoint: https://source-cluster:9200
    version: "7.10.2" # in quotes; may be left out, then the cluster is asked
    authConfig:
      basic:
        username: admin
        password: password
        # Safer than a password in this file:
        # passwordFromFile: /run/secrets/source-password
        # passwordFromEnv: SOURCE_PASSWORD
    # tls:
    #   caFile: /etc/ssl/private-authority.pem
    # Where snapshots go. In S3:
    # snapshotRepo:
    #   s3RepoPathUri: s3://my-bucket/snapshots
    #   aws_region: us-east-1
    # In a folder that the source and this program see:
    # snapshotRepo:
    #   fsRepoPath: /mnt/snapshots
    #   localPath: /mnt/snapshots
    # A snapshot that is there already, instead of a new one:
    # existingSnapshot: latest

targetClusters:
  my-target:
    endpoint: https://target-cluster:9200
    version: "2.11.0"
    authConfig:
      basic:
        username: admin
        password: password

migrations:
  - sourceCluster: my-source
    targetCluster: my-target
    snapshotMigrations:
      # The last pattern that matches an index decides; - excludes. Names with a leading dot need a pattern with one.
      - indices: ["*"]
        # createSnapshot:
        #   maxBytesPerSecond: 41943040
        metadataMigration:
          enabled: true
          # existingIndex: keep # fail, keep or update
        documentBackfill:
          enabled: true
          # workers: 4
          # onConflict: skip # overwrite or skip
          # replicasDuringLoad: off # off or keep
          # transform:
          #   rename: { user.mail: user.email }
          #   remove: [internal.notes]
          #   set: { migrated: true }
        # verify: sample # counts, sample, full or off
        # approval: [restore-documents] # wait for workflow approve before these steps

# parallelism: 8
# cleanup:
#   snapshot: false # keep the snapshot
`
