import { planSlices } from './plan-slices.ts'
import { forEachShard, type GroupShard } from './snapshot-shards.ts'
import type { StepContext } from './step.ts'

/** Writes the work items of shards, several shards at a time. */
export async function planShards(
  shards: readonly GroupShard[],
  { work }: Pick<StepContext, 'work'>,
  signal: AbortSignal,
): Promise<void> {
  await forEachShard(shards, async (shard, { index }) => work.plan(await planSlices(shard, index, signal)), signal)
}
