import { easeTargets } from './load-settings.ts'
import { planSlices } from './plan-slices.ts'
import { forEachShard, groupShards, type GroupShard } from './snapshot-shards.ts'
import type { StepContext, StepInput } from './step.ts'

/**
 * The first part of a load whose parts run in processes of their own: spares the target work while documents are loaded, and
 * writes the work items of every shard. Run again, it adds what is missing. Codes as `groupShards` and `planSlices`.
 */
export async function planLoad(input: StepInput, context: StepContext): Promise<void> {
  const shards = await groupShards(input, context)
  await easeTargets(input, context)
  let planned = 0
  await planShards(shards, context, context.signal, () => {
    context.progress({ message: `${++planned} of ${shards.length} shards planned` })
  })
}

/** Writes the work items of shards, several shards at a time. */
export async function planShards(
  shards: readonly GroupShard[],
  { work }: Pick<StepContext, 'work'>,
  signal: AbortSignal,
  onPlanned: () => void = () => undefined,
): Promise<void> {
  await forEachShard(
    shards,
    async (shard, of) => {
      await work.plan(await planSlices(shard, of, signal))
      onPlanned()
    },
    signal,
  )
}
