import type { Repository } from '../repository/open.ts'
import type { CommandInput, NameSource } from './command.ts'
import { openEngine } from './open-engine.ts'
import type { World } from './world.ts'

/** The names of a source, given the words before. Fails as the commands do that show them. */
export async function namesFor(source: NameSource, world: World, before: CommandInput): Promise<readonly string[]> {
  switch (source) {
    case 'workflows':
      return (await (await openEngine(world)).list()).map(({ name }) => name)
    case 'steps':
      return (await (await openEngine(world)).view(before.args[0])).steps.map(({ id }) => id)
    case 'credentials': {
      const { openCredentialStore } = await import('./configure/open-credential-store.ts')
      return (await (await openCredentialStore(world)).list()).map(({ name }) => name)
    }
    case 'config-versions': {
      const { openConfigStore } = await import('./saved-configuration.ts')
      return (await (await openConfigStore(world)).previous()).map(({ number }) => String(number))
    }
    case 'snapshots':
      return ['latest', ...(await repositoryOf(world, before)).snapshots.map(({ name }) => name)]
    case 'snapshot-indices': {
      const repository = await repositoryOf(world, before)
      return (await repository.snapshot(before.text('snapshot') ?? 'latest', world.signal)).indexNames
    }
    case 'codes': {
      const { explanations } = await import('./explain.ts')
      return [...explanations().map(({ code }) => code), ...(await namesFor('workflows', world, before))]
    }
  }
}

async function repositoryOf(world: World, before: CommandInput): Promise<Repository> {
  const { openFromOptions } = await import('./snapshot/open.ts')
  const silent = { ...world.stderr, write: () => Promise.resolve() }
  return (await openFromOptions({ ...world, stderr: silent }, before)).repository
}
