import type { CommandSpec } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { OUTPUT_OPTION } from '../output-option.ts'
import { WHERE_OPTIONS } from '../where-options.ts'

/** Commands that look at what a configuration would do, without changing anything. */
export const planningCommands: readonly CommandSpec[] = [
  {
    name: 'plan',
    summary: 'show what the configuration would do, without changing anything',
    details:
      'Asks the clusters and repositories that the configuration names: versions, indices with shards, documents and bytes,\n' +
      'where the snapshot lies, and the steps. The result can be submitted with workflow submit --plan FILE.',
    options: [
      OUTPUT_OPTION,
      ...WHERE_OPTIONS,
      { flags: '--out <file>', description: 'also write the plan as JSON to this file' },
    ],
    exitCodes: [EXIT.notFound, EXIT.temporary],
    examples: ['workflow plan', 'workflow plan -f migration.yaml -o json', 'workflow plan --out plan.json'],
    load: () => import('./plan.ts'),
  },
  {
    name: 'doctor',
    summary: 'check that everything the configuration needs is there, without changing anything',
    details:
      'Checks both sides: reachability, TLS, authentication, rights, versions, the snapshot repository, shard sizes, disk, and\n' +
      'indices that the target already has. Every finding is ok, a warning or a problem, the latter with a remedy. All checks\n' +
      'run even when some fail. Exit code 1 means that there are problems.',
    options: [OUTPUT_OPTION, ...WHERE_OPTIONS],
    exitCodes: [],
    examples: ['workflow doctor', 'workflow doctor -f migration.yaml -o json'],
    load: () => import('./doctor.ts'),
  },
]
