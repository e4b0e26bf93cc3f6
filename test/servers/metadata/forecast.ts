import { expect } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { systemRandom } from '../../../src/core/random.ts'
import type { Cluster } from '../../../src/cluster/cluster.ts'
import { indicesOfSnapshot } from '../../../src/plan/indices-of-snapshot.ts'
import { changesOf } from '../../../src/plan/metadata-changes.ts'
import type { Plan, PlannedObject } from '../../../src/plan/plan.ts'
import { planMetadata } from '../../../src/plan/plan-metadata.ts'
import { productOf } from '../../../src/plan/source-definitions.ts'
import { targetState } from '../../../src/plan/target-state.ts'
import { openLocation } from '../../../src/steps/migration-repository.ts'
import type { MigratedObject } from '../../../src/steps/migrate-object.ts'

const signal = new AbortController().signal

/** What a plan says that Migrate Metadata is going to do, for the one migration of `plan` from an existing snapshot. */
export async function forecastOf(plan: Plan, target: Cluster): Promise<readonly PlannedObject[]> {
  const { source, repository, snapshot, groups } = plan.migrations[0]!
  if (snapshot.create) throw new Error('the snapshot has to exist')
  const questions = { openLocation: () => openLocation(repository, systemClock, systemRandom) }
  const offer = await indicesOfSnapshot(snapshot, repository, questions, productOf(target), signal)
  const described = await Promise.all(
    groups.map(async (group) => {
      const { indices } = await offer.describe(
        group.indices.map(({ name }) => name),
        signal,
      )
      return { ...group, indices: group.indices.map((index, at) => ({ ...index, ...indices[at]! })) }
    }),
  )
  const resolved = {
    groups: [],
    definitions: (names: readonly string[]) => offer.definitions(names, signal),
    templates: () => offer.templates(signal),
    pipelines: () => offer.pipelines(signal),
    streamAliases: () => offer.streamAliases(signal),
    version: offer.version,
    snapshot: offer.snapshot,
  }
  const migration = { source, snapshot: { create: false, name: snapshot.name, partial: snapshot.partial } } as const
  const warnings: string[] = []
  const { objects } = await planMetadata(migration, described, resolved, targetState(target, signal), true, warnings)
  return objects ?? []
}

/**
 * Checks that Migrate Metadata did what was foretold, object by object and in that order: with the same differences, refusals and
 * changes. Only what the target itself refused, or what it lost on the way, may have been foretold otherwise.
 */
export function expectAsForetold(foretold: readonly PlannedObject[], objects: readonly MigratedObject[]): void {
  const nameOf = ({ kind, name }: Pick<PlannedObject, 'kind' | 'name'>): string => `${kind} ${name}`
  expect(foretold.map(nameOf)).toEqual(objects.map(nameOf))
  for (const [at, { kind, outcome, differences, refusal, remedy, changes, problems }] of objects.entries()) {
    const said = foretold[at]!
    const foreseen = said.refusal?.startsWith('the target is going to refuse it') === true
    if (outcome === 'refused' && (foreseen || said.outcome === 'created' || said.outcome === 'updated')) continue
    const lacking = problems.filter(({ rule }) => rule === 'missing-pipelines')
    const inGroup = ['index', 'data stream', 'global metadata'].includes(kind)
    const own = changesOf(inGroup ? { changes: [], problems: lacking } : { changes, problems })
    expect({ differences: [], changes: [], refusal: undefined, remedy: undefined, ...said, group: undefined }).toEqual({
      ...{ kind, name: said.name, outcome, differences, refusal, remedy, changes: own },
      group: undefined,
    })
  }
}
