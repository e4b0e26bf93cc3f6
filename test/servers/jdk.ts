import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { FoundJdk, JavaRange } from './messages.ts'

/** Folders whose entries are Java installations, on Linux and macOS. */
const COLLECTIONS = ['/usr/lib/jvm', '/usr/java', '/Library/Java/JavaVirtualMachines']

/**
 * The JDKs of this machine, each once: `JAVA<major>_HOME`, `JAVA_HOME`, the usual folders, then `java` on the PATH.
 * An installation without `javac` does not count.
 */
export function findJdks(
  env: NodeJS.ProcessEnv = process.env,
  collections: readonly string[] = COLLECTIONS,
): FoundJdk[] {
  const homes = [
    ...Object.keys(env).flatMap((name) => (/^JAVA\d+_HOME$/.test(name) ? [env[name]] : [])),
    env['JAVA_HOME'],
    ...collections.flatMap(installations),
    ...(env['PATH'] ?? '').split(delimiter).map(javaHomeOfPath),
  ]
  const found = new Map<string, FoundJdk>()
  for (const home of homes) {
    if (home === undefined || home === '' || !existsSync(join(home, 'bin', 'javac'))) continue
    const real = realpathSync(home)
    const major = majorVersion(real)
    if (major !== undefined && !found.has(real)) found.set(real, { home: real, major })
  }
  return [...found.values()]
}

/** The oldest JDK in the range, which is nearest to what the server was made for; of equals the one found first. */
export function chooseJdk(range: JavaRange, found: readonly FoundJdk[]): FoundJdk | undefined {
  return found
    .filter((jdk) => jdk.major >= range.oldest && jdk.major <= range.newest)
    .toSorted((a, b) => a.major - b.major)[0]
}

/** The major version in the text of a `release` file: 8 for `1.8.0_402`, 17 for `17.0.15`. */
export function majorOfRelease(release: string): number | undefined {
  const match = /^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(release)
  return match === null ? undefined : Number(match[1])
}

function majorVersion(home: string): number | undefined {
  const file = join(home, 'release')
  return existsSync(file) ? majorOfRelease(readFileSync(file, 'utf8')) : undefined
}

function installations(collection: string): string[] {
  if (!existsSync(collection)) return []
  return readdirSync(collection).flatMap((name) => [join(collection, name), join(collection, name, 'Contents', 'Home')])
}

function javaHomeOfPath(folder: string): string | undefined {
  const java = join(folder, 'java')
  return folder !== '' && existsSync(java) ? dirname(dirname(realpathSync(java))) : undefined
}
