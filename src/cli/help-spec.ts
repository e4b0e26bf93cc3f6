import type { CommandSpec } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { OUTPUT_OPTION } from './output-option.ts'
import { WHERE_OPTIONS } from './where-options.ts'

/** Commands that help with the others. */
export const helpCommands: readonly CommandSpec[] = [
  {
    name: 'explain',
    summary: 'explain a code of a failure, or why a workflow is where it is',
    details: 'Of a workflow: failures, what is in its way, which process holds which work item, and what helps.',
    arguments: [
      {
        name: 'code',
        description: 'such as BLOB_CORRUPT, or the name of a workflow; all codes when left out',
        names: 'codes',
      },
    ],
    options: [OUTPUT_OPTION, ...WHERE_OPTIONS],
    exitCodes: [EXIT.notFound],
    examples: ['workflow explain CLUSTER_AUTH', 'workflow explain migration-abc123'],
    load: () => import('./explain.ts'),
  },
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    details:
      '  bash: source <(workflow completion bash)\n' +
      '  zsh:  source <(workflow completion zsh)\n' +
      '  fish: workflow completion fish | source',
    arguments: [{ name: 'shell', description: 'bash, zsh or fish', required: true, choices: ['bash', 'zsh', 'fish'] }],
    examples: ['workflow completion bash > /etc/bash_completion.d/workflow'],
    load: () => import('./completion.ts'),
  },
]

/** The hidden command that completion scripts call, over all commands of the program. */
export function completeCommand(specs: () => readonly CommandSpec[]): CommandSpec {
  return {
    name: 'complete',
    summary: 'print the words that can come next; completion scripts call it',
    hidden: true,
    arguments: [{ name: 'words', description: 'the words so far, the last one unfinished', variadic: true }],
    options: [{ flags: '--line <text>', description: 'the whole line so far, as bash has it, instead of words' }],
    load: async () => {
      const { completeAmong } = await import('./complete.ts')
      return { run: completeAmong(specs()) }
    },
  }
}
