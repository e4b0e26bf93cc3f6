import { availableParallelism, hostname } from 'node:os'
import { writeFile } from 'node:fs/promises'
import { isFailure } from '../../core/failure.ts'
import { writeArgoProgress } from '../../engine/argo/argo-progress.ts'
import type { LoadPart } from '../../engine/argo/load-parts.ts'
import { runStepAndAhead } from '../../engine/argo/run-ahead.ts'
import type { StepCall, StepEnd } from '../../engine/argo/run-step.ts'
import { inlineStarter } from '../../engine/load/inline-loader.ts'
import { threadStarter } from '../../engine/load/load-thread.ts'
import { openKubernetes } from '../../kubernetes/open-kubernetes.ts'
import { STEPS } from '../../steps/all-steps.ts'
import { connectClusters } from '../../steps/clusters.ts'
import { usage, type CommandInput, type CommandRun } from '../command.ts'
import { EXIT, exitCodeOf } from '../exit-codes.ts'
import { LOAD_THREAD_ENTRY } from '../load-thread-entry.ts'
import { renderFailure } from '../render-failure.ts'
import { secretRevealer } from '../reveal-secret.ts'
import type { World } from '../world.ts'

const EXITS: Readonly<Record<StepEnd, number>> = {
  ended: EXIT.done,
  stopped: EXIT.terminated,
  temporary: EXIT.temporary,
  failed: EXIT.failed,
}
/** Slices of a pod at once; the memory of worker pods in the chart is for as many. */
const MAX_LOADERS = 2
const PARTS: readonly string[] = ['plan', 'work', 'reconcile'] satisfies readonly LoadPart[]

/** `workflow step`: runs one step of a run, or a part of it, and steps that follow, as a pod of a Workflow does. */
export const run: CommandRun = async (world, input) => {
  const { clock, random, signal } = world
  const call = callOf(input)
  const [aheadFile, workersFile] = [input.text('aheadFile'), input.text('workersFile')]
  const following = (input.text('ahead') ?? '').split(',').filter((id) => id !== '')
  const reveal = secretRevealer(world)
  const inline = inlineStarter({ reveal, clock, random })
  const never = new AbortController().signal // What has been begun is recorded after a stop, too.
  const kubernetes = await openKubernetes({ env: world.env, cwd: world.cwd, clock, random, signal: never })
  let output = Promise.resolve()
  const print = (line: string): void => {
    output = output.then(() => world.stdout.write(`${new Date(clock.now()).toISOString()} ${line}\n`))
  }
  try {
    const { end, ahead } = await runStepAndAhead(call, following, {
      kubernetes,
      clock,
      random,
      signal,
      steps: STEPS,
      connect: (plan) => connectClusters(plan, reveal, clock, random, never),
      startLoader: LOAD_THREAD_ENTRY === undefined ? inline : threadStarter(LOAD_THREAD_ENTRY),
      startSmallLoader: inline,
      loaders: Math.min(MAX_LOADERS, availableParallelism()),
      process: `${hostname()}-${random.hex(4)}`,
      print,
      publish: (progress) => writeArgoProgress(world.env['ARGO_PROGRESS_FILE'], progress),
      onWorkers: async (workers) => {
        if (workersFile !== undefined) await writeFile(workersFile, String(workers))
      },
    })
    if (aheadFile !== undefined) await writeFile(aheadFile, String(ahead))
    return EXITS[end]
  } catch (error) {
    return await unrecorded(error, world)
  } finally {
    await output
    await kubernetes.close()
  }
}

function callOf(input: CommandInput): StepCall {
  const part = input.text('part')
  if (part !== undefined && !PARTS.includes(part)) throw usage(`--part must be one of ${PARTS.join(', ')}`)
  return {
    run: input.requiredText('run'),
    step: input.args[0]!,
    worker: input.wholeNumber('worker') ?? 0,
    ...(part === undefined ? {} : { part: part as LoadPart }),
  }
}

/** What could not be written into a journal: a pod that may be tried again says so with its exit code. */
async function unrecorded(error: unknown, world: World): Promise<number> {
  if (!isFailure(error)) throw error
  await world.stderr.write(renderFailure(error))
  if (error.retryable) return EXIT.temporary
  const code = exitCodeOf(error.code)
  return code === EXIT.usage ? EXIT.usage : EXIT.failed
}
