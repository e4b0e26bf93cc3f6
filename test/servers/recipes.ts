import { BootError, type JavaRange, unknownServer } from './messages.ts'
import { elasticsearchRecipes } from './recipes-elasticsearch.ts'
import { opensearchRecipes } from './recipes-opensearch.ts'

export type Distribution = 'elasticsearch' | 'opensearch'

/** A folder under `modules/` or `plugins/` of a server, filled from Maven artefacts. */
export interface ModuleRecipe {
  readonly name: string
  /** Maven coordinates `group:artefact:version`. */
  readonly artefacts: readonly string[]
  /** The class that the server loads. */
  readonly className: string
  /** The module whose classes this one sees. */
  readonly extends?: string
}

/** One class compiled again from its sources artefact, with one expression replaced. */
export interface ClassPatch {
  readonly sources: string
  readonly className: string
  readonly expression: string
  readonly replacement: string
}

/** All that is particular to one server version. */
export interface ServerRecipe {
  readonly distribution: Distribution
  readonly version: string
  readonly java: JavaRange
  /** Main class, a file in `launchers/`. */
  readonly launcher: 'NodeBuilderLauncher' | 'NodeLauncher' | 'PluginsLoaderLauncher' | 'OpenSearchLauncher'
  /** The real distribution as a zip artefact; then `lib` and `modules` are empty. */
  readonly distributionZip?: string
  readonly lib: readonly string[]
  readonly modules: readonly ModuleRecipe[]
  readonly plugins: readonly ModuleRecipe[]
  /** Plugins that are published as zip artefacts, by folder name. */
  readonly zippedPlugins: Readonly<Record<string, string>>
  /** Value of `java.version` in the plugin descriptors. */
  readonly descriptorJava: string
  /** Stands in for the module that answers `GET /`; names a folder in `launchers/root/`. */
  readonly rootPlugin?: 'settings' | 'services'
  readonly patches: readonly ClassPatch[]
  readonly settings: Readonly<Record<string, string>>
  /** Flags of the JVM; `@home@` is the folder of the assembled server, `@configuration@` that of this boot's configuration. */
  readonly jvmFlags: readonly string[]
}

/** Every server this kit can boot, oldest first. */
export const RECIPES: readonly ServerRecipe[] = [...elasticsearchRecipes, ...opensearchRecipes]

/** Finds a recipe by version, or by the beginning of one: `7.10` is 7.10.2, `7` the newest of the line 7. */
export function recipeOf(distribution: Distribution, version: string): ServerRecipe {
  const known = RECIPES.filter((recipe) => recipe.distribution === distribution)
  const found = known.findLast((recipe) => recipe.version === version || recipe.version.startsWith(`${version}.`))
  if (found !== undefined) return found
  throw new BootError(
    unknownServer(
      { distribution, version },
      known.map((recipe) => recipe.version),
    ),
  )
}
