import { wrapLocation, type RepositoryLocation } from '../blob/location.ts'
import { openStore } from '../blob/open-store.ts'
import { retryStore } from '../blob/retry-store.ts'
import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import type { PlannedRepository } from '../plan/plan.ts'

/** Opens the location of a planned repository as this machine reads it, with retries. Codes as `openStore`. */
export async function openLocation(
  repository: PlannedRepository,
  clock: Clock,
  random: Random,
): Promise<RepositoryLocation> {
  const { region, endpoint, pathStyle } = repository.s3 ?? {}
  const opened = await openStore(repository.uri, {
    s3: {
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(pathStyle === undefined ? {} : { pathStyle }),
    },
  })
  return wrapLocation(opened, (store) => retryStore(store, { clock, random }))
}
