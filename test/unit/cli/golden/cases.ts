import { REPOSITORY } from '../../engine/load-world.ts'

/** How a reading command is called in its golden text. */
export interface ReadingCase {
  readonly args: readonly string[]
  readonly exitCode?: number
  /** The result is a text for files or other programs, which has lines of its own. Default: false. */
  readonly verbatim?: boolean
}

const REPO = ['--repo', REPOSITORY]

/** Commands that only read, by their words; each has golden texts of its result. */
export const READING: Readonly<Record<string, ReadingCase>> = {
  'configure sample': { args: [], verbatim: true },
  'configure view': { args: [], verbatim: true },
  'configure history': { args: [] },
  'configure validate': { args: ['mistakes.yaml'], exitCode: 2 },
  'configure convert': { args: [], verbatim: true },
  'configure credentials list': { args: [] },
  plan: { args: [] },
  doctor: { args: [] },
  status: { args: [] },
  list: { args: [] },
  output: { args: [] },
  approve: { args: ['--list'] },
  rejects: { args: [] },
  report: { args: [] },
  verify: { args: [] },
  'snapshot list': { args: REPO },
  'snapshot show': { args: [...REPO, '--snapshot', 'snap-1'] },
  'snapshot export': { args: [...REPO, '--snapshot', 'snap-1', '--index', 'routed'], verbatim: true },
  explain: { args: [] },
  completion: { args: ['bash'], verbatim: true },
}

/** Commands that change something, or that only the program itself calls; their help has golden texts like that of the others. */
export const CHANGING: readonly string[] = [
  'configure edit',
  'configure clear',
  'configure credentials create',
  'configure credentials update',
  'configure credentials delete',
  'configure credentials set',
  'configure credentials remove',
  'configure credentials move',
  'submit',
  'stop',
  'resume',
  'retry',
  'runner',
  'step',
  'complete',
]
