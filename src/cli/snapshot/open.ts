import { openStore } from '../../blob/open-store.ts'
import { wrapLocation, type RepositoryLocation } from '../../blob/location.ts'
import { retryStore } from '../../blob/retry-store.ts'
import { openRepository, type Repository } from '../../repository/open.ts'
import type { CommandInput } from '../command.ts'
import type { World } from '../world.ts'

/** The repository that `--repo` and the S3 options name, read with retries; its warnings go to stderr. */
export async function openFromOptions(
  world: World,
  input: CommandInput,
): Promise<{ readonly location: RepositoryLocation; readonly repository: Repository }> {
  const endpoint = input.text('s3Endpoint')
  const region = input.text('region')
  const opened = await openStore(input.requiredText('repo'), {
    s3: {
      ...(input.flag('pathStyle') ? { pathStyle: true } : {}),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
    },
  })
  const location = wrapLocation(opened, (store) => retryStore(store, { clock: world.clock, random: world.random }))
  const repository = await openRepository(location, world.signal)
  for (const warning of repository.warnings) await world.stderr.write(`Warning: ${warning}\n`)
  return { location, repository }
}
