import type { CommandSpec } from './command.ts'
import { EXIT } from './exit-codes.ts'

/** Commands that help with the others. */
export const helpCommands: readonly CommandSpec[] = [
  {
    name: 'explain',
    summary: 'explain a code of a failure, and what usually helps',
    arguments: [{ name: 'code', description: 'such as BLOB_CORRUPT; all of them when left out' }],
    exitCodes: [EXIT.notFound],
    examples: ['workflow explain CLUSTER_AUTH'],
    load: () => import('./explain.ts'),
  },
  {
    name: 'completion',
    summary: 'print the completion script of a shell',
    details:
      'bash: source <(workflow completion bash)\nzsh:  source <(workflow completion zsh)\nfish: workflow completion fish | source',
    arguments: [{ name: 'shell', description: 'bash, zsh or fish', required: true }],
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
    load: async () => {
      const { completeAmong } = await import('./complete.ts')
      return { run: completeAmong(specs()) }
    },
  }
}
