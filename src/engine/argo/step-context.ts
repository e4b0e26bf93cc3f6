import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import { LocalWorkStore } from '../../coordination/local-work-store.ts'
import type { WorkStore } from '../../coordination/work-store.ts'
import type { Clusters } from '../../steps/clusters.ts'
import { migrationOf } from '../../steps/plan-parts.ts'
import { parseRejectLine, type RejectRecord } from '../../steps/reject-record.ts'
import type { StepContext, StepInput, StepProgress } from '../../steps/step.ts'
import { foldEvents, outputsOf, type RunState } from '../run/run-state.ts'
import type { PodRun } from './pod-run.ts'
import { readRejectIndex } from './reject-index.ts'
import type { StepJournal } from './step-journal.ts'

/** What the context of a step in a pod is made of. */
export interface PodContextParts {
  readonly run: PodRun
  readonly journal: StepJournal
  readonly clusters: Clusters
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  /** Fires when nothing more is to be sent, which is after a stop. */
  readonly cut: AbortSignal
  /** A line for the log of the pod. */
  readonly print: (line: string) => void
  /** For what looks at pods. */
  readonly publish: (progress: StepProgress) => void
}

/** The state of a run as the pod of a step knows it: the journals of other steps as they were, its own as it is. */
export function stateOf({ others }: PodRun, journal: StepJournal): RunState {
  return foldEvents([...others, ...journal.events].toSorted((a, b) => a.at - b.at))
}

/** The input of the step of a pod. */
export function podInput({ plan, step, root }: PodRun, state: RunState): StepInput {
  return { plan, step, workflow: root.name, outputs: outputsOf(state) }
}

/**
 * The context of a step in a pod: what it logs and changes goes to the journal of the step. Steps that load are given their
 * `work` and `loadItems`.
 */
export function podContext(
  parts: PodContextParts,
  load: { readonly work?: WorkStore; loadItems?(context: StepContext): Promise<void> } = {},
): StepContext {
  const { run, journal, clusters, clock, random, signal, cut } = parts
  const step = run.step.id
  const context: StepContext = {
    clock,
    random,
    signal,
    clusters,
    work: load.work ?? new LocalWorkStore(step, [], () => Promise.resolve()),
    log: (level, message) => {
      parts.print(`${level}: ${message}`)
      journal.note({ type: 'log', level, step, message })
    },
    progress: (progress) => {
      parts.publish(progress)
      journal.note({ type: 'step-progress', step, progress })
    },
    recordChange: async (change) => {
      if (!stateOf(run, journal).openChanges.has(change.id)) await journal.record({ type: 'change-recorded', change })
    },
    openChanges: () => [...stateOf(run, journal).openChanges.values()],
    settleChange: (id) => journal.record({ type: 'change-settled', id }),
    rejects: (of) => rejectsOf(of, parts),
    loadItems: () => load.loadItems?.(context) ?? Promise.reject(new Error(`step ${step} loads nothing`)),
  }
  return context

  async function* rejectsOf(of: string, { clusters: connected }: PodContextParts): AsyncGenerator<RejectRecord, void> {
    const { plan, root } = run
    const target = migrationOf(
      plan,
      plan.steps.find(({ id }) => id === of)!,
    ).target
    const lines = readRejectIndex(await connected.target(target), root.name, of, cut)
    for await (const line of lines) yield parseRejectLine(line)
  }
}
