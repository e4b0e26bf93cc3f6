import { isFailure } from '../../core/failure.ts'
import { inlineStarter } from '../../engine/load/inline-loader.ts'
import { openLoadPool } from '../../engine/load/load-pool.ts'
import { threadStarter } from '../../engine/load/load-thread.ts'
import { rejectFiles } from '../../engine/local/reject-file.ts'
import { runWorkflow } from '../../engine/local/runner.ts'
import { readPlan, workflowFolder } from '../../engine/local/workflow-folder.ts'
import { STEPS } from '../../steps/all-steps.ts'
import { connectClusters } from '../../steps/clusters.ts'
import { putBack } from '../../steps/put-back.ts'
import type { CommandRun } from '../command.ts'
import { EXIT, interruptExitCode } from '../exit-codes.ts'
import { LOAD_THREAD_ENTRY } from '../load-thread-entry.ts'
import { openEngine } from '../open-engine.ts'
import { secretRevealer } from '../reveal-secret.ts'
import { stateFolder } from '../state-folder.ts'
import { exitCodeOfRun } from './manners.ts'

/** `workflow runner`: runs a workflow in this process until it ends or is stopped; what it throws is in the runner's log. */
export const run: CommandRun = async (world, input) => {
  const { clock, random, signal } = world
  const folder = workflowFolder(stateFolder(world), input.args[0]!)
  const plan = readPlan(folder)
  const reveal = secretRevealer(world, { kind: 'local' })
  const inline = inlineStarter({ reveal, clock, random })
  // The connections outlive a stop: whatever was changed is put back over them.
  const clusters = connectClusters(plan, reveal, clock, random, new AbortController().signal)
  try {
    const outcome = await runWorkflow(folder, {
      clock,
      random,
      signal,
      steps: STEPS,
      clusters,
      loadItems: openLoadPool({
        parallelism: plan.parallelism,
        rejects: rejectFiles(folder.rejects),
        start: LOAD_THREAD_ENTRY === undefined ? inline : threadStarter(LOAD_THREAD_ENTRY),
        startSmall: inline,
      }),
      putBack,
    })
    if (outcome === 'stopped') return signal.aborted ? interruptExitCode(signal) : EXIT.interrupted
    return exitCodeOfRun(await (await openEngine(world, { kind: 'local' })).view(folder.name))
  } catch (error) {
    // A second runner has nothing to say in the log of the first.
    if (isFailure(error, 'WORKFLOW_LOCKED')) return EXIT.locked
    throw error
  } finally {
    await clusters.close()
  }
}
