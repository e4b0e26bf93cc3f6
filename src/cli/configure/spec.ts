import type { ArgumentSpec, CommandSpec, OptionSpec } from '../command.ts'
import { OUTPUT_OPTION } from '../output-option.ts'

const FILE: ArgumentSpec = {
  name: 'file',
  description: 'a configuration, - for standard input; the saved one when left out',
}

const CREDENTIAL: ArgumentSpec = {
  name: 'name',
  description: 'name of the credential',
  required: true,
  names: 'credentials',
}
const CREDENTIAL_DETAILS =
  'authConfig.basic.secretName: NAME refers to the keys username and password of NAME, authConfig.apiKey.secretName to its\n' +
  'key apiKey. The password is read from standard input, unless a file or a variable is named; never from an argument.'
const CREDENTIAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--username <name>', description: 'the user name' },
  {
    flags: '--key <key>',
    description: 'the key that standard input is for: username, password or apiKey',
    choices: ['username', 'password', 'apiKey'],
  },
  { flags: '--from-env <key=variable>', description: 'take a key from an environment variable', repeatable: true },
  { flags: '--from-file <key=file>', description: 'take a key from a file', repeatable: true },
]

/** `workflow configure`: the saved configuration. */
export const configureCommand: CommandSpec = {
  name: 'configure',
  summary: 'write, check and show the saved configuration',
  commands: [
    {
      name: 'sample',
      summary: 'show a configuration to begin with',
      options: [{ flags: '--load', description: 'save it as the configuration; an earlier one is kept' }],
      examples: ['workflow configure sample --load', 'workflow configure sample > migration.yaml'],
      load: () => import('./sample.ts'),
    },
    {
      name: 'edit',
      summary: 'change the saved configuration in your editor',
      details:
        'Opens $VISUAL, else $EDITOR, else vi. A text with errors is not saved; it is kept as a draft, which the next edit\n' +
        'goes on with. With --stdin the configuration is replaced by standard input, or left as it is when that has errors.',
      options: [{ flags: '--stdin', description: 'replace it by standard input' }],
      examples: ['workflow configure edit', 'workflow configure edit --stdin < migration.yaml'],
      load: () => import('./edit.ts'),
    },
    {
      name: 'view',
      summary: 'show the saved configuration, without its secrets',
      options: [
        { flags: '--secrets', description: 'show secrets as well, so that the text can be used elsewhere' },
        {
          flags: '--earlier <number>',
          description: 'show an earlier version; configure history has their numbers',
          names: 'config-versions',
        },
        { flags: '--diff', description: 'show what changed since that version, or since the newest earlier one' },
        { ...OUTPUT_OPTION, description: 'form of the result; json has the same keys and no comments' },
      ],
      examples: ['workflow configure view', 'workflow configure view --diff', 'workflow configure view --earlier 3'],
      load: () => import('./view.ts'),
    },
    {
      name: 'history',
      summary: 'list the earlier versions of the saved configuration',
      options: [OUTPUT_OPTION],
      load: () => import('./history.ts'),
    },
    {
      name: 'validate',
      summary: 'check a configuration without asking any cluster',
      arguments: [FILE],
      options: [OUTPUT_OPTION],
      examples: ['workflow configure validate', 'workflow configure validate migration.yaml -o json'],
      load: () => import('./validate.ts'),
    },
    {
      name: 'convert',
      summary: 'write a configuration in the other of its two forms and list what changes in meaning',
      details:
        'The form of the documentation has migrations, the newer upstream form snapshotMigrationConfigs. The text goes to\n' +
        'standard output, what changes to standard error. Comments are not carried over.',
      arguments: [FILE],
      options: [OUTPUT_OPTION],
      examples: ['workflow configure convert upstream.yaml > migration.yaml'],
      load: () => import('./convert.ts'),
    },
    {
      name: 'clear',
      summary: 'remove the saved configuration; it stays among the earlier ones',
      load: () => import('./clear.ts'),
    },
    {
      name: 'credentials',
      summary: 'keep user names, passwords and API keys outside of the configuration',
      details: 'They are files that only you can read, or Secrets of the namespace where workflows run on Kubernetes.',
      commands: [
        {
          name: 'list',
          summary: 'list the credentials that are kept, without their values',
          options: [OUTPUT_OPTION],
          load: () => import('./credentials-list.ts'),
        },
        {
          name: 'create',
          summary: 'keep a new credential',
          details: CREDENTIAL_DETAILS,
          arguments: [CREDENTIAL],
          options: CREDENTIAL_OPTIONS,
          examples: [
            'workflow configure credentials create shop-login --username admin < password.txt',
            'workflow configure credentials create shop-key --from-env apiKey=SHOP_API_KEY',
          ],
          load: () => import('./credentials-create.ts'),
        },
        {
          name: 'update',
          summary: 'give keys of a credential other values; workflows that run use them from their next connection on',
          details: CREDENTIAL_DETAILS,
          arguments: [CREDENTIAL],
          options: CREDENTIAL_OPTIONS,
          examples: ['workflow configure credentials update shop-login < password.txt'],
          load: () => import('./credentials-update.ts'),
        },
        {
          name: 'delete',
          summary: 'forget a credential with all its keys',
          arguments: [CREDENTIAL],
          load: () => import('./credentials-delete.ts'),
        },
        {
          name: 'set',
          summary: 'create or update one key with a value from standard input',
          hidden: true,
          arguments: [CREDENTIAL, { name: 'key', description: 'username, password or apiKey', required: true }],
          examples: ['workflow configure credentials set shop-login password < password.txt'],
          load: () => import('./credentials-set.ts'),
        },
        {
          name: 'remove',
          summary: 'the same as delete',
          hidden: true,
          arguments: [CREDENTIAL],
          load: () => import('./credentials-delete.ts'),
        },
        {
          name: 'move',
          summary: 'move passwords and API keys out of the saved configuration, which then refers to them',
          load: () => import('./credentials-move.ts'),
        },
      ],
    },
  ],
}
