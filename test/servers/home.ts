import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached } from './cache.ts'
import { runCommand } from './command.ts'
import { type ArtefactFolder, copyArtefacts } from './maven.ts'
import { BootError, commandMissing, compileFailed } from './messages.ts'
import type { ModuleRecipe, ServerRecipe } from './recipes.ts'

const LAUNCHERS = fileURLToPath(new URL('launchers/', import.meta.url))

/**
 * The folder of an assembled server, built from Maven artefacts on first use:
 * `lib/`, `modules/<name>/`, `plugins/<name>/` and `launcher/` (compiled launcher and log configuration).
 */
export async function serverHome(recipe: ServerRecipe, javaHome: string): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify(recipe)).update(sourcesOfLaunchers()).digest('hex')
  const name = `${recipe.distribution}-${recipe.version}-${digest.slice(0, 10)}`
  return cached(name, (folder) => assemble(recipe, javaHome, folder))
}

/** The class path of an assembled server. */
export function classPath(home: string): string {
  return [join(home, 'launcher'), join(home, 'lib', '*')].join(':')
}

async function assemble(recipe: ServerRecipe, javaHome: string, home: string): Promise<void> {
  const modules = recipe.modules.map((module) => ({ module, folder: join(home, 'modules', module.name) }))
  const plugins = recipe.plugins.map((module) => ({ module, folder: join(home, 'plugins', module.name) }))
  for (const name of ['lib', 'modules', 'plugins', 'launcher']) mkdirSync(join(home, name))
  const scratch = join(home, 'scratch')
  mkdirSync(scratch)
  await copyArtefacts(recipe, javaHome, scratch, [
    ...(recipe.lib.length === 0 ? [] : [{ folder: join(home, 'lib'), artefacts: recipe.lib }]),
    ...[...modules, ...plugins].map(({ module, folder }) => ({ folder, artefacts: module.artefacts })),
    ...zips(recipe, scratch),
  ])
  if (recipe.distributionZip !== undefined) await unpackDistribution(recipe, javaHome, home, scratch)
  for (const { module, folder } of [...modules, ...plugins]) {
    removeSharedJars(folder, join(home, 'lib'))
    if (module.extends !== undefined) removeSharedJars(folder, join(home, 'modules', module.extends))
    writeFileSync(join(folder, 'plugin-descriptor.properties'), descriptor(recipe, module))
  }
  for (const name of Object.keys(recipe.zippedPlugins)) {
    await unzip(javaHome, onlyFile(join(scratch, `plugin-${name}`)), join(home, 'plugins', name))
  }
  await compileLauncher(recipe, javaHome, home)
  rmSync(scratch, { recursive: true })
}

/** The zip artefacts of a recipe, each into its own folder of `scratch`. */
function zips(recipe: ServerRecipe, scratch: string): ArtefactFolder[] {
  const plugins = Object.entries(recipe.zippedPlugins).map(([name, artefact]) => ({
    folder: join(scratch, `plugin-${name}`),
    artefacts: [`${artefact}:zip`],
  }))
  const distribution =
    recipe.distributionZip === undefined
      ? []
      : [{ folder: join(scratch, 'distribution'), artefacts: [`${recipe.distributionZip}:zip`] }]
  return [...plugins, ...distribution]
}

async function unpackDistribution(
  recipe: ServerRecipe,
  javaHome: string,
  home: string,
  scratch: string,
): Promise<void> {
  await unzip(javaHome, onlyFile(join(scratch, 'distribution')), join(scratch, 'unpacked'))
  const unpacked = join(scratch, 'unpacked', `${recipe.distribution}-${recipe.version}`)
  for (const name of ['lib', 'modules']) {
    rmSync(join(home, name), { recursive: true })
    renameSync(join(unpacked, name), join(home, name))
  }
}

/** A class must come from one place only: what the parent has is removed from the child, whatever its version. */
function removeSharedJars(child: string, parent: string): void {
  const shared = new Set(readdirSync(parent).map(withoutVersion))
  for (const file of readdirSync(child)) if (shared.has(withoutVersion(file))) rmSync(join(child, file))
}

/** `org.apache.lucene.lucene-core-8.7.0.jar` → `org.apache.lucene.lucene-core`. */
function withoutVersion(jar: string): string {
  return basename(jar).replace(/-\d[^/]*?\.jar$/, '')
}

function descriptor(recipe: ServerRecipe, module: ModuleRecipe): string {
  const properties = {
    name: module.name,
    description: module.name,
    version: recipe.version,
    [`${recipe.distribution}.version`]: recipe.version,
    'java.version': recipe.descriptorJava,
    classname: module.className,
    'has.native.controller': 'false',
    ...(module.extends === undefined ? {} : { 'extended.plugins': module.extends }),
  }
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

async function compileLauncher(recipe: ServerRecipe, javaHome: string, home: string): Promise<void> {
  const sources = ['Lifeline', recipe.launcher].map((name) => join(LAUNCHERS, `${name}.java`))
  await compile(recipe, javaHome, home, join(home, 'launcher'), sources)
  for (const name of ['log4j2.properties', 'log4j.properties']) {
    writeFileSync(join(home, 'launcher', name), readFileSync(join(LAUNCHERS, name)))
  }
}

async function compile(
  recipe: ServerRecipe,
  javaHome: string,
  home: string,
  target: string,
  sources: readonly string[],
): Promise<void> {
  const flags = ['-nowarn', '-proc:none', '-encoding', 'UTF-8', '-d', target, '-cp', join(home, 'lib', '*')]
  const missing = commandMissing('javac', 'compile a launcher')
  const { code, output } = await runCommand(join(javaHome, 'bin', 'javac'), [...flags, ...sources], { missing })
  if (code !== 0) throw new BootError(compileFailed(recipe, output))
}

/** Unpacks with the `jar` command of the JDK, so that no other program is needed. */
async function unzip(javaHome: string, zip: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true })
  const missing = commandMissing('jar', `unpack ${zip}`)
  const { code, output } = await runCommand(join(javaHome, 'bin', 'jar'), ['xf', zip], { cwd: target, missing })
  if (code !== 0) throw new BootError(`unpack ${zip}: ${output.trim()}`)
}

function onlyFile(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder) : []
  if (files.length !== 1) throw new BootError(`look into ${folder}: expected one file, found ${files.length}`)
  return join(folder, files[0]!)
}

function sourcesOfLaunchers(): string {
  return readdirSync(LAUNCHERS, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(java|properties)$/.test(name))
    .toSorted()
    .map((name) => readFileSync(join(LAUNCHERS, name), 'utf8'))
    .join('\0')
}
