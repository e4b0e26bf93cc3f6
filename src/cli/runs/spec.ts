import type { ArgumentSpec, CommandSpec } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { OUTPUT_OPTION } from '../output-option.ts'
import { WHERE_OPTIONS } from '../where-options.ts'

const NAME: ArgumentSpec = {
  name: 'name',
  description: 'name of the workflow; the running one, else the latest, when left out',
  names: 'workflows',
}

const WAITING = [EXIT.rejects, EXIT.differences, EXIT.temporary, EXIT.interrupted, EXIT.terminated]

const commands: readonly CommandSpec[] = [
  {
    name: 'submit',
    summary: 'start the migration that the configuration describes',
    details:
      'Prints the name of the workflow and returns; the work goes on in a process of its own. The same configuration submitted\n' +
      'again goes on where an unfinished workflow of it was, and starts nothing when it has finished. A changed one runs what has\n' +
      'changed: groups that an earlier workflow of this machine has done unchanged are skipped.',
    options: [
      { flags: '--wait', description: 'wait until the workflow has ended and exit with its result' },
      {
        flags: '--timeout <seconds>',
        description: 'with --wait: give up waiting after this time; the workflow goes on',
      },
      { flags: '--plan <file>', description: 'submit this plan instead of making one from the configuration' },
      { flags: '--name <name>', description: 'name of the workflow (default: migration- and six digits)' },
      { flags: '--fresh', description: 'run everything, even if this configuration or a part of it has been run' },
      OUTPUT_OPTION,
    ],
    exitCodes: [EXIT.locked, EXIT.approval, EXIT.notFound, ...WAITING],
    examples: ['workflow submit', 'workflow submit --wait --timeout 3600', 'workflow submit -f migration.yaml'],
    load: () => import('./submit.ts'),
  },
  {
    name: 'status',
    summary: 'show where a workflow stands',
    arguments: [NAME],
    options: [{ flags: '-w, --watch', description: 'show it again every second until it has ended' }, OUTPUT_OPTION],
    exitCodes: [EXIT.notFound],
    examples: ['workflow status', 'watch -n 10 workflow status', 'workflow status -o json | jq .phase'],
    load: () => import('./status.ts'),
  },
  {
    name: 'list',
    summary: 'list all workflows, newest first',
    options: [OUTPUT_OPTION],
    load: () => import('./list.ts'),
  },
  {
    name: 'output',
    summary: 'show the log of a workflow',
    arguments: [NAME],
    options: [
      { flags: '--step <step>', description: 'only lines of this step: its id or its title', names: 'steps' },
      { flags: '--tail <lines>', description: 'only this many of the last lines' },
      { flags: '--follow', description: 'go on until the workflow has ended' },
      { ...OUTPUT_OPTION, description: 'form of the result; json is one object a line' },
    ],
    exitCodes: [EXIT.notFound, EXIT.interrupted],
    examples: ['workflow output', "workflow output --step 'Restore Documents' --follow"],
    load: () => import('./output.ts'),
  },
  {
    name: 'stop',
    summary: 'end a workflow in good order, to be resumed later',
    details:
      'Bulk requests on their way finish, changed index settings are put back, and everything that is done stays done.',
    arguments: [NAME],
    options: [{ flags: '--wait', description: 'wait until it has stopped' }],
    exitCodes: [EXIT.notFound, EXIT.interrupted],
    examples: ['workflow stop', 'workflow stop migration-abc123 --wait'],
    load: () => import('./stop.ts'),
  },
  {
    name: 'resume',
    summary: 'go on with a workflow that was stopped, has failed or died',
    arguments: [NAME],
    exitCodes: [EXIT.rejects, EXIT.differences, EXIT.locked, EXIT.notFound],
    examples: ['workflow resume'],
    load: () => import('./resume.ts'),
  },
  {
    name: 'approve',
    summary: 'let a workflow pass the gate it waits at',
    arguments: [NAME],
    options: [
      {
        flags: '--step <step>',
        description: 'only this step (may be repeated); all that wait when left out',
        repeatable: true,
        names: 'steps',
      },
      { flags: '--list', description: 'only show the steps that wait' },
      { ...OUTPUT_OPTION, description: 'form of the list' },
    ],
    exitCodes: [EXIT.notFound],
    examples: ['workflow approve --list', 'workflow approve'],
    load: () => import('./approve.ts'),
  },
  {
    name: 'rejects',
    summary: 'show the documents that did not get into the target, with the reasons',
    arguments: [NAME],
    options: [{ ...OUTPUT_OPTION, description: 'text counts by reason; json is every reject, one object a line' }],
    exitCodes: [EXIT.notFound],
    examples: ['workflow rejects', 'workflow rejects -o json > rejects.ndjson'],
    load: () => import('./rejects.ts'),
  },
  {
    name: 'retry',
    summary: 'send the rejected documents of a finished workflow again',
    details:
      'Put right on the target what it refused them for (workflow rejects says it), then send them again. What is still refused\n' +
      'stays among the rejects. Documents without a stored source cannot be sent.',
    arguments: [NAME],
    options: [{ flags: '--rejects', description: 'send the rejects again; must be given' }, OUTPUT_OPTION],
    exitCodes: [EXIT.rejects, EXIT.locked, EXIT.notFound, EXIT.temporary, EXIT.interrupted, EXIT.terminated],
    examples: ['workflow retry --rejects', 'workflow retry migration-abc123 --rejects -o json'],
    load: () => import('./retry.ts'),
  },
  {
    name: 'verify',
    summary: 'compare snapshot and target of a workflow once more',
    details:
      'counts compares numbers of documents; sample also compares up to 1,000 documents of each index, the same ones every time;\n' +
      'full compares every document. Both read the snapshot again: cleanup.snapshot: false keeps it after the run.',
    arguments: [NAME],
    options: [
      {
        flags: '--level <level>',
        description: 'how much is compared (default: what the configuration wants of each group)',
        choices: ['counts', 'sample', 'full'],
      },
      OUTPUT_OPTION,
    ],
    exitCodes: [EXIT.differences, EXIT.notFound, EXIT.temporary, EXIT.interrupted, EXIT.terminated],
    examples: ['workflow verify', 'workflow verify migration-abc123 --level full'],
    load: () => import('./verify.ts'),
  },
  {
    name: 'report',
    summary: 'show what a workflow did: documents, rejects, steps and times',
    arguments: [NAME],
    options: [
      OUTPUT_OPTION,
      { flags: '--html <file>', description: 'also write the report as a page that needs nothing but itself' },
    ],
    exitCodes: [EXIT.notFound],
    examples: ['workflow report', 'workflow report migration-abc123 -o json', 'workflow report --html report.html'],
    load: () => import('./report.ts'),
  },
]

/** Commands that start, follow and end workflows, in the order of `--help`. */
export const runCommands: readonly CommandSpec[] = commands.map((command) => ({
  ...command,
  options: [...(command.options ?? []), ...WHERE_OPTIONS],
}))

/** Commands that the program calls itself. */
export const hiddenRunCommands: readonly CommandSpec[] = [
  {
    name: 'runner',
    summary: 'run a workflow in this process',
    hidden: true,
    arguments: [{ name: 'name', description: 'name of the workflow', required: true }],
    exitCodes: [EXIT.locked, EXIT.notFound, ...WAITING],
    load: () => import('./runner.ts'),
  },
  {
    name: 'step',
    summary: 'run one step of a workflow in this pod',
    details:
      'Pods of a Workflow call it: it reads plan and journals of the run in the namespace, runs the step, and records what it did\n' +
      'in the journal of the step. A step that has ended before is not run again. Rejects and differences are in the journal and\n' +
      'do not change the exit code.',
    hidden: true,
    arguments: [{ name: 'id', description: 'id of the step, such as m1/create-snapshot', required: true }],
    options: [
      { flags: '--run <name>', description: 'name of the workflow' },
      {
        flags: '--part <part>',
        description: 'only this part of Restore Documents',
        choices: ['plan', 'work', 'reconcile'],
      },
      { flags: '--worker <number>', description: 'number of this worker, from 0; the first one reports progress' },
      {
        flags: '--ahead <ids>',
        description: 'steps to go on with, with commas between them; of a Restore Documents step only the plan',
      },
      { flags: '--ahead-file <file>', description: 'write how many of these have ended into this file' },
      {
        flags: '--workers-file <file>',
        description: 'when a load is planned: write how many workers to start into this file',
      },
    ],
    exitCodes: [EXIT.temporary, EXIT.terminated],
    examples: [
      'workflow step m1g1/restore-documents --run migration-abc123 --part work --worker 0',
      'workflow step m1/create-snapshot --run migration-abc123 --ahead m1/register-snapshot,m1g1/migrate-metadata',
    ],
    load: () => import('./step.ts'),
  },
]
