import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cached } from './cache.ts'
import { runCommand } from './command.ts'
import { type ArtefactFolder, copyArtefacts } from './maven.ts'
import { BootError, commandMissing, compileFailed } from './messages.ts'
import type { ModuleRecipe, ServerRecipe } from './recipes.ts'

const LAUNCHERS = fileURLToPath(new URL('launchers/', import.meta.url))
const LAUNCHER_JAR = 'launcher.jar'
const LOG_CONFIGURATIONS = ['log4j2.properties', 'log4j.properties']
const SYSTEM_LIBRARIES = ['/usr/lib', '/lib', '/usr/lib64', '/usr/local/lib']

/**
 * The folder of an assembled server, built from Maven artefacts on first use:
 * `lib/`, `modules/<name>/`, `plugins/<name>/` and `launcher/` (the compiled launcher's jar and log configuration).
 */
export async function serverHome(recipe: ServerRecipe, javaHome: string): Promise<string> {
  const ours = [...launcherFiles(recipe), ...rootPluginFiles(recipe)].map((file) => readFileSync(file, 'utf8'))
  const digest = createHash('sha256')
    .update(JSON.stringify([recipe, ours, LAUNCHER_JAR]))
    .digest('hex')
  const name = `${recipe.distribution}-${recipe.version}-${digest.slice(0, 10)}`
  return cached(name, (folder) => assemble(recipe, javaHome, folder))
}

/** The class path of an assembled server: jars only, since a JVM archives no classes that come from folders. */
export function classPath(home: string): string {
  return [join(home, 'launcher', LAUNCHER_JAR), join(home, 'lib', '*')].join(':')
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
    ...archives(recipe, scratch),
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
  await compileLauncher(recipe, javaHome, home, scratch)
  if (recipe.rootPlugin !== undefined) {
    await addRootPlugin(recipe, javaHome, home, scratch)
    addSystemZstd(home)
  }
  rmSync(scratch, { recursive: true })
}

/** The artefacts of a recipe that are unpacked, each into its own folder of `scratch`. */
function archives(recipe: ServerRecipe, scratch: string): ArtefactFolder[] {
  const plugins = Object.entries(recipe.zippedPlugins).map(([name, artefact]) => ({
    folder: join(scratch, `plugin-${name}`),
    artefacts: [`${artefact}:zip`],
  }))
  const distribution =
    recipe.distributionZip === undefined
      ? []
      : [{ folder: join(scratch, 'distribution'), artefacts: [`${recipe.distributionZip}:zip`] }]
  const sources = recipe.patches.map((patch, index) => ({
    folder: join(scratch, `sources-${index}`),
    artefacts: [patch.sources],
  }))
  return [...plugins, ...distribution, ...sources]
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

async function compileLauncher(recipe: ServerRecipe, javaHome: string, home: string, scratch: string): Promise<void> {
  const target = join(home, 'launcher')
  const launcher = launcherFiles(recipe).filter((file) => file.endsWith('.java'))
  const patched = await patchedSources(recipe, javaHome, scratch)
  const classes = join(scratch, 'launcher-classes')
  mkdirSync(classes)
  await compile(recipe, javaHome, home, classes, [...launcher, ...patched])
  await runJdk(javaHome, 'jar', ['cf', join(target, LAUNCHER_JAR), '-C', classes, '.'], scratch)
  for (const name of LOG_CONFIGURATIONS) cpSync(join(LAUNCHERS, name), join(target, name))
}

/** The patched classes come first on the class path and so hide those in the jar. */
async function patchedSources(recipe: ServerRecipe, javaHome: string, scratch: string): Promise<string[]> {
  const files: string[] = []
  for (const [index, { className, expression, replacement }] of recipe.patches.entries()) {
    const unpacked = join(scratch, `sources-${index}-unpacked`)
    await unzip(javaHome, onlyFile(join(scratch, `sources-${index}`)), unpacked)
    const file = join(unpacked, `${className.replaceAll('.', '/')}.java`)
    const source = readFileSync(file, 'utf8')
    if (!source.includes(expression)) throw new BootError(`patch ${className}: it does not contain ${expression}`)
    writeFileSync(file, source.replace(expression, replacement))
    files.push(file)
  }
  return files
}

/** Makes the plugin that answers `GET /`, as a module. */
async function addRootPlugin(recipe: ServerRecipe, javaHome: string, home: string, scratch: string): Promise<void> {
  const module = { name: 'rest-root', className: 'root.RootPlugin', artefacts: [] }
  const folder = join(home, 'modules', module.name)
  const classes = join(scratch, 'root-classes')
  for (const path of [folder, classes]) mkdirSync(path)
  await compile(recipe, javaHome, home, classes, rootPluginFiles(recipe))
  await runJdk(javaHome, 'jar', ['cf', join(folder, 'rest-root.jar'), '-C', classes, '.'], scratch)
  writeFileSync(join(folder, 'plugin-descriptor.properties'), descriptor(recipe, module))
}

/** Late Elasticsearch loads Zstandard from a folder of its own; the library of the system serves. */
function addSystemZstd(home: string): void {
  const native = join(home, 'native')
  mkdirSync(native)
  const library = SYSTEM_LIBRARIES.flatMap((parent) => [parent, ...subfolders(parent)])
    .map((folder) => join(folder, 'libzstd.so.1'))
    .find((file) => existsSync(file))
  if (library !== undefined) cpSync(library, join(native, 'libzstd.so'), { dereference: true })
}

function subfolders(parent: string): string[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() && entry.name.endsWith('-linux-gnu') ? [join(parent, entry.name)] : [],
  )
}

async function compile(
  recipe: ServerRecipe,
  javaHome: string,
  home: string,
  target: string,
  sources: readonly string[],
): Promise<void> {
  // Whatever JDK compiles them, the classes must run on the oldest one that the server runs on.
  const release = ['--release', `${recipe.java.oldest}`]
  const flags = ['-nowarn', '-proc:none', ...release, '-encoding', 'UTF-8', '-d', target, '-cp', join(home, 'lib', '*')]
  const missing = commandMissing('javac', 'compile a launcher')
  const { code, output } = await runCommand(join(javaHome, 'bin', 'javac'), [...flags, ...sources], { missing })
  if (code !== 0) throw new BootError(compileFailed(recipe, output))
}

/** Unpacks with the `jar` command of the JDK, so that no other program is needed. */
async function unzip(javaHome: string, zip: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true })
  await runJdk(javaHome, 'jar', ['xf', zip], target)
}

async function runJdk(javaHome: string, tool: string, args: readonly string[], cwd: string): Promise<void> {
  const missing = commandMissing(tool, `assemble a server with the JDK in ${javaHome}`)
  const { code, output } = await runCommand(join(javaHome, 'bin', tool), args, { cwd, missing })
  if (code !== 0) throw new BootError(`run ${tool} ${args.join(' ')}: ${output.trim()}`)
}

function onlyFile(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder) : []
  if (files.length !== 1) throw new BootError(`look into ${folder}: expected one file, found ${files.length}`)
  return join(folder, files[0]!)
}

function launcherFiles(recipe: ServerRecipe): string[] {
  const sources = ['Lifeline.java', `${recipe.launcher}.java`, ...LOG_CONFIGURATIONS]
  return sources.map((name) => join(LAUNCHERS, name))
}

function rootPluginFiles(recipe: ServerRecipe): string[] {
  if (recipe.rootPlugin === undefined) return []
  return ['RootHandler.java', `${recipe.rootPlugin}/RootPlugin.java`].map((name) => join(LAUNCHERS, 'root', name))
}
