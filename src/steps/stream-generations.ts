import { getDataStream, rollOver } from '../cluster/data-streams.ts'
import { Failure, isFailure } from '../core/failure.ts'
import type { PlannedIndex } from '../plan/plan.ts'
import { easeTarget } from './load-settings.ts'
import { updateIndex } from './migrate-object.ts'
import { groupOf, migrationOf } from './plan-parts.ts'
import { loadedIndices, type GroupShard } from './snapshot-shards.ts'
import type { StepContext, StepInput } from './step.ts'
import { openTranslation, translatedIndices } from './translation.ts'

/**
 * The shards of a group in the order in which they have to be loaded: a data stream takes new documents in its newest index
 * only, so the second index of a stream waits until the first is loaded. Everything else is in the first wave.
 */
export function generationWaves(
  shards: readonly GroupShard[],
  indices: readonly PlannedIndex[],
): readonly (readonly GroupShard[])[] {
  const generation = generationsOf(indices)
  const waves: GroupShard[][] = [[]]
  for (const shard of shards) {
    const wave = generation.get(shard.index.name) ?? 0
    while (waves.length <= wave) waves.push([])
    waves[wave]!.push(shard)
  }
  return waves
}

/** How many waves {@link generationWaves} makes of the shards of a group. */
export function generationCount(indices: readonly PlannedIndex[]): number {
  return 1 + Math.max(0, ...generationsOf(indices).values())
}

/** Bytes of the largest generation after the first; 0 when there is only one. */
export function laterGenerationBytes(indices: readonly PlannedIndex[], bytesOf: (index: string) => number): number {
  const bytes = new Map<number, number>()
  for (const [name, generation] of generationsOf(indices)) {
    if (generation > 0) bytes.set(generation, (bytes.get(generation) ?? 0) + bytesOf(name))
  }
  return Math.max(0, ...bytes.values())
}

/** Position of each index behind a data stream among those of the stream, the oldest being 0. */
function generationsOf(indices: readonly PlannedIndex[]): ReadonlyMap<string, number> {
  const next = new Map<string, number>()
  const generations = new Map<string, number>()
  for (const { name, stream } of indices) {
    if (stream === undefined) continue
    const generation = next.get(stream) ?? 0
    next.set(stream, generation + 1)
    generations.set(name, generation)
  }
  return generations
}

/**
 * Makes every data stream of a group ready for the documents of a wave: it gets as many indices as generations are needed, and
 * its newest one the mapping of that generation. What a mapping of the template does not allow stays as the template has it,
 * with a word in the log. Run again, it does not roll over twice.
 */
export async function prepareGeneration(input: StepInput, wave: number, context: StepContext): Promise<void> {
  const { indices, metadata } = groupOf(input.plan, input.step)
  const generations = generationsOf(indices)
  const due = loadedIndices(input).filter(({ name }) => generations.get(name) === wave)
  if (due.length === 0) return
  const { signal } = context
  const translation = await openTranslation(input, context)
  const { target } = translation
  for (const { name, stream } of due) {
    const there = await getDataStream(target, stream!, signal)
    // Without metadata migration the stream may be created by its first document.
    if (there === undefined && !metadata.enabled) continue
    if (there === undefined) throw gone(stream!, migrationOf(input.plan, input.step).target)
    let backing = there.indices
    while (backing.length <= wave) backing = [...backing, await rollOver(target, stream!, signal)]
    const newest = backing.at(-1)!
    await easeTarget(input, newest, context)
    if (!metadata.enabled || metadata.existingIndex === 'keep') continue
    const [part] = await translatedIndices(translation, name, signal)
    try {
      await updateIndex(target, newest, { mappings: part!.translated.body['mappings'] ?? {} }, signal)
      context.log('info', `data stream ${stream!}: ${newest} takes the documents of ${name}`)
    } catch (error) {
      if (!isFailure(error, 'CLUSTER_REFUSED')) throw error
      context.log(
        'warning',
        `data stream ${stream!}: ${newest} keeps the mapping of its template, not that of ${name}: ${error.detail}`,
      )
    }
  }
}

function gone(stream: string, target: string): Failure {
  return new Failure('INDEX_NOT_FOUND', 'it is not there any more', {
    op: 'load into',
    subject: `data stream ${stream} of target ${target}`,
    hint: 'Somebody removed it; submit again, so that it is made anew.',
  })
}
