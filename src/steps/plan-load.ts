import { easeTargets } from './load-settings.ts'
import { groupOf } from './plan-parts.ts'
import { planSlices } from './plan-slices.ts'
import { forEachShard, groupShards, type GroupShard } from './snapshot-shards.ts'
import { generationWaves, prepareGeneration } from './stream-generations.ts'
import type { StepContext, StepInput } from './step.ts'

/**
 * The first part of a load whose parts run in processes of their own: spares the target work while documents are loaded, and
 * writes the work items of every shard. Run again, it adds what is missing. Codes as `groupShards` and `planSlices`.
 */
export async function planLoad(input: StepInput, context: StepContext): Promise<void> {
  const shards = await groupShards(input, context)
  await easeTargets(input, context)
  await prepareGeneration(input, 0, context)
  const { indices } = groupOf(input.plan, input.step)
  for (const later of generationWaves(shards, indices).slice(1).flat()) {
    // Parts of such a load have no order, so there is one index for all generations.
    const { stream } = later.delivery!
    context.log('warning', `data stream ${stream!}: documents of ${later.index.name} join those of older indices`)
  }
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
