import type { ServerRecipe } from './recipes.ts'
import { BootError } from './messages.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

export interface SecurityFiles {
  readonly credentials: Credentials
  readonly caFile: string
  readonly settings: Readonly<Record<string, string>>
}

export async function prepareSecurity(
  recipe: ServerRecipe,
  configuration: string,
  folder: string,
): Promise<SecurityFiles> {
  throw new BootError(`${recipe.version} ${configuration} ${folder}`)
}
