import { openStore } from '../../../src/blob/open-store.ts'
import type { JsonObject } from '../../../src/codec/json-value.ts'
import type { SourceIndex } from '../../../src/metadata/source-index.ts'
import type { ProductVersion } from '../../../src/metadata/version-range.ts'
import { productVersionOf } from '../../../src/metadata/version-range.ts'
import { openRepository } from '../../../src/repository/open.ts'
import type { Fixture } from '../../fixtures/load.ts'

/** All definitions that one snapshot of a fixture has. */
export interface FixtureDefinitions {
  readonly clusterVersion: ProductVersion
  readonly indices: readonly SourceIndex[]
  readonly legacyTemplates: ReadonlyMap<string, JsonObject>
  readonly indexTemplates: ReadonlyMap<string, JsonObject>
  readonly componentTemplates: ReadonlyMap<string, JsonObject>
}

/** Reads the first snapshot of a fixture, which has all its indices, with the reader of snapshots. */
export async function readDefinitions(fixture: Fixture, signal: AbortSignal): Promise<FixtureDefinitions> {
  const { path, snapshots } = fixture.repositories.find(({ name }) => name === 'repo')!
  const location = await openStore(path, {})
  const snapshot = await (await openRepository(location, signal)).snapshot(snapshots[0]!.name, signal)
  const [major = 0, minor = 0] = fixture.version.split('.').map(Number)
  const clusterVersion = { distribution: fixture.distribution, major, minor }
  const indices = await snapshot.indices(
    snapshots[0]!.indices.map(({ name }) => name),
    signal,
  )
  return {
    ...(await snapshot.globalMetadata(signal)),
    clusterVersion,
    indices: indices.map((index) => ({
      ...index,
      createdVersion: (index.createdVersion && productVersionOf(index.createdVersion)) ?? clusterVersion,
    })),
  }
}
