import { wrapLocation, type RepositoryLocation } from '../blob/location.ts'
import { openStore } from '../blob/open-store.ts'
import { retryStore } from '../blob/retry-store.ts'
import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import type { PlannedRepository } from '../plan/plan.ts'
import { s3OptionsOf } from '../plan/s3-options.ts'

/** Opens the location of a planned repository as this machine reads it, with retries. Codes as `openStore`. */
export async function openLocation(
  repository: PlannedRepository,
  clock: Clock,
  random: Random,
): Promise<RepositoryLocation> {
  const opened = await openStore(repository.uri, { s3: s3OptionsOf(repository) })
  return wrapLocation(opened, (store) => retryStore(store, { clock, random }))
}
