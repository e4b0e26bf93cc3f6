import type { CommandSpec, OptionSpec } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { OUTPUT_OPTION } from '../output-option.ts'

const REPOSITORY_OPTIONS: readonly OptionSpec[] = [
  { flags: '--repo <uri>', description: 'snapshot repository: a folder or s3://bucket/prefix' },
  { flags: '--s3-endpoint <url>', description: 'endpoint of an S3-compatible server' },
  { flags: '--region <name>', description: 'region of the bucket' },
  { flags: '--path-style', description: 'address the bucket in the path instead of the host name' },
]

const SNAPSHOT_OPTION: OptionSpec = {
  flags: '--snapshot <name>',
  description: 'name of a snapshot, or latest',
  names: 'snapshots',
}
const INDEX_OPTION: OptionSpec = {
  flags: '--index <pattern>',
  description: 'only indices that match (may be repeated; -pattern excludes; .* includes names with a leading dot)',
  repeatable: true,
  names: 'snapshot-indices',
}

/** `workflow snapshot`: look into a repository without any cluster. */
export const snapshotCommand: CommandSpec = {
  name: 'snapshot',
  summary: 'look into a snapshot repository without any cluster',
  commands: [
    {
      name: 'list',
      summary: 'list the snapshots of a repository',
      options: [...REPOSITORY_OPTIONS, OUTPUT_OPTION],
      exitCodes: [EXIT.notFound, EXIT.temporary],
      examples: [
        'workflow snapshot list --repo /mnt/snapshots',
        'workflow snapshot list --repo s3://bucket/prefix -o json',
      ],
      load: () => import('./list.ts'),
    },
    {
      name: 'show',
      summary: 'show the indices, shards and documents of a snapshot',
      options: [
        ...REPOSITORY_OPTIONS,
        SNAPSHOT_OPTION,
        INDEX_OPTION,
        { flags: '--mappings', description: 'include settings, mappings and aliases' },
        OUTPUT_OPTION,
      ],
      exitCodes: [EXIT.notFound, EXIT.temporary],
      examples: ['workflow snapshot show --repo /mnt/snapshots --snapshot latest'],
      load: () => import('./show.ts'),
    },
    {
      name: 'export',
      summary: 'write the documents of a snapshot as NDJSON',
      details:
        'Each line is {"_index","_type"?,"_id","routing"?,"_source"} with the source text as it is stored, or as\n' +
        'the server would rebuild it where it stores none (docs/sourceless.md). Without --out\n' +
        'everything goes to stdout; with --out one file per index, which gets its final name only when it is complete and verified.',
      options: [
        ...REPOSITORY_OPTIONS,
        SNAPSHOT_OPTION,
        INDEX_OPTION,
        { flags: '--out <dir>', description: 'folder for one NDJSON file per index' },
        {
          flags: '--sourceless <how>',
          description:
            'documents whose source is not stored; default: rebuild synthetic ones, complete filtered ones, reject others',
          choices: ['rebuild', 'reject', 'fail'],
        },
      ],
      exitCodes: [EXIT.rejects, EXIT.notFound, EXIT.temporary],
      examples: ["workflow snapshot export --repo /mnt/snapshots --snapshot latest --index 'logs-*' > logs.ndjson"],
      load: () => import('./export.ts'),
    },
  ],
}
