import { fitText, wrapWords } from '../core/fit-text.ts'
import { characterWidth, textWidth } from '../core/text-width.ts'
import { counted, formatBytes, formatCount, formatDuration } from '../core/units.ts'
import type { RunPhase, RunView, StepPhase, StepView } from './run-view.ts'

/** Marks of the phases of a step; the first five are those of the published page. */
const STEP_MARKS: Readonly<Record<StepPhase, string>> = {
  Succeeded: '✓',
  Running: '▶',
  Pending: '○',
  Failed: '✗',
  Skipped: '⊘',
  Waiting: '⏸',
  Rejects: '⚠',
}

const STEP_WORDS: Readonly<Record<StepPhase, string>> = {
  Succeeded: 'Succeeded',
  Running: 'Running',
  Pending: 'Pending',
  Failed: 'Failed',
  Skipped: 'Skipped',
  Waiting: 'Waiting for approval',
  Rejects: 'Finished with rejects',
}

const RUN_MARKS: Readonly<Record<RunPhase, string>> = {
  Pending: '>',
  Running: '*',
  Stopping: '*',
  Waiting: '*',
  Succeeded: '+',
  Rejects: '!',
  Differences: '!',
  Failed: '-',
  Stopped: 'X',
}

const COLORS: Partial<Record<StepPhase, string>> = {
  Succeeded: '32',
  Running: '33',
  Pending: '36',
  Failed: '31',
  Rejects: '33',
  Skipped: '2',
}

/** How a status is rendered. */
export interface StatusTextOptions {
  /** Lines are broken at this width; `Infinity` for pipes. */
  readonly columns: number
  readonly color: boolean
}

/** The status of a run as the published page shows it, with the work in progress on its step's line; ends with a newline. */
export function renderStatus(view: RunView, options: StatusTextOptions): string {
  const lines = [`[${RUN_MARKS[view.phase]}] Workflow: ${view.name}`, `  Phase: ${view.phase}`]
  if (view.startedAt !== undefined) lines.push(`  Started: ${view.startedAt}`)
  if (view.finishedAt !== undefined) lines.push(`  Finished: ${view.finishedAt}`)
  if (view.message !== undefined) lines.push(fitText(`  Message: ${firstLine(view.message)}`, options.columns))
  if (view.hindrance !== undefined) {
    lines.push(fitText(`  Hint: ${view.hindrance.hint}`, options.columns), `  Code: ${view.hindrance.code}`)
  }
  lines.push('', '📋 Workflow Steps', ...treeLines(buildTree(view.steps), '', options))
  return lines.map((line) => `${line}\n`).join('')
}

interface Branch {
  readonly name: string
  readonly children: Node[]
}
type Node = Branch | StepView

/** Steps with a path become nested branches, in the place of the first step of each branch. */
function buildTree(steps: readonly StepView[]): Node[] {
  const root: Branch = { name: '', children: [] }
  for (const step of steps) {
    let branch = root
    for (const name of step.path) {
      let next = branch.children.find((child): child is Branch => !('kind' in child) && child.name === name)
      if (next === undefined) {
        next = { name, children: [] }
        branch.children.push(next)
      }
      branch = next
    }
    branch.children.push(step)
  }
  return root.children
}

function treeLines(nodes: readonly Node[], indent: string, options: StatusTextOptions): string[] {
  return nodes.flatMap((node, index) => {
    const last = index === nodes.length - 1
    const stem = `${indent}${last ? '└──' : '├──'} `
    const below = `${indent}${last ? '    ' : '│   '}`
    if ('kind' in node) return stepLines(node, { first: stem, further: `${below}  ` }, options)
    return [stem + node.name, ...treeLines(node.children, below, options)]
  })
}

/** A step in as many lines as it takes; its mark, title and phase are coloured. */
function stepLines(
  step: StepView,
  indents: { readonly first: string; readonly further: string },
  { columns, color }: StatusTextOptions,
): string[] {
  const phase = step.phase === 'Rejects' && step.kind === 'verify' ? 'Differences found' : STEP_WORDS[step.phase]
  const mark = `${STEP_MARKS[step.phase]} ${step.title} (${phase})`
  const detail = stepDetail(step)
  const lines = wrapWords(detail === undefined ? mark : `${mark} ${detail}`, columns, indents).split('\n')
  const code = COLORS[step.phase]
  if (!color || code === undefined) return lines
  let left = mark.length
  return lines.map((line, at) => {
    const indent = at === 0 ? indents.first : indents.further
    const words = line.slice(indent.length)
    const painted = words.slice(0, left)
    left = Math.max(0, left - words.length - 1)
    return painted === '' ? line : `${indent}\u001b[${code}m${painted}\u001b[0m${words.slice(painted.length)}`
  })
}

function stepDetail(step: StepView): string | undefined {
  if (step.phase === 'Running') return step.progress === undefined ? undefined : progressText(step.progress)
  if (step.phase === 'Failed') return step.failure === undefined ? undefined : firstLine(step.failure.message)
  if (['Rejects', 'Skipped', 'Pending'].includes(step.phase)) return step.summary
  return undefined
}

/** How far a step is, in words, commas between. */
export function progressText(progress: NonNullable<StepView['progress']>): string {
  const parts: string[] = []
  const { documents, bytes } = progress
  if (documents !== undefined) {
    const percent = documents.total === 0 ? 100 : Math.floor((documents.done / documents.total) * 100)
    parts.push(`${percent}%`, `${formatCount(documents.done)} of ${counted(documents.total, 'document')}`)
  }
  if (bytes !== undefined) parts.push(`${formatBytes(bytes.done)} of ${formatBytes(bytes.total)}`)
  if (progress.documentsPerSecond !== undefined) {
    parts.push(`${counted(Math.round(progress.documentsPerSecond), 'document')}/s`)
  }
  if (progress.etaSeconds !== undefined) parts.push(`${formatDuration(progress.etaSeconds * 1000)} left`)
  if (progress.rejected !== undefined && progress.rejected > 0) parts.push(`${formatCount(progress.rejected)} rejected`)
  if (progress.message !== '') parts.push(progress.message)
  return parts.join(', ')
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

/** Cuts a line to a width without counting colour codes; an ellipsis says that something is missing. */
export function cutToWidth(line: string, columns: number): string {
  // eslint-disable-next-line no-control-regex -- colour codes start with ESC
  const pieces = line.match(/\u001b\[\d+m|[\s\S]/gu) ?? []
  const isCode = (piece: string): boolean => piece.length > 1 && piece.startsWith('\u001b')
  if (textWidth(line) <= columns) return line
  let width = 0
  let result = ''
  for (const piece of pieces) {
    if (!isCode(piece)) width += characterWidth(piece)
    if (width >= columns) break
    result += piece
  }
  return `${result}…${result.includes('\u001b') ? '\u001b[0m' : ''}`
}
