import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './command.ts'
import { BootError, mavenFailed, mavenMissing, type ServerName } from './messages.ts'

/** A folder to fill with artefacts. */
export interface ArtefactFolder {
  readonly folder: string
  /** Maven coordinates `group:artefact:version[:type[:classifier]]`; those of type jar bring what they need at run time. */
  readonly artefacts: readonly string[]
}

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1'

/**
 * Copies artefacts out of Maven's local repository, which Maven fills as usual, one call for all folders.
 * File names begin with the group. Each folder resolves its versions for itself.
 */
export async function copyArtefacts(
  server: ServerName,
  javaHome: string,
  projectFolder: string,
  folders: readonly ArtefactFolder[],
): Promise<void> {
  const names = folders.map((_, index) => `part-${index}`)
  for (const [index, { folder, artefacts }] of folders.entries()) {
    const own = join(projectFolder, names[index]!)
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'pom.xml'), partPom(names[index]!, folder, artefacts))
  }
  writeFileSync(join(projectFolder, 'pom.xml'), aggregatePom(names))
  // -U: an artefact that was not found once is asked for again.
  const flags = ['-q', '-B', '-U', '-DincludeScope=runtime', '-Dmdep.prependGroupId=true']
  const { code, output } = await runCommand('mvn', [...flags, `${PLUGIN}:copy-dependencies`], {
    cwd: projectFolder,
    env: { ...process.env, JAVA_HOME: javaHome },
    missing: mavenMissing(server),
  })
  if (code !== 0) throw new BootError(mavenFailed(server, output))
}

const PROJECT = '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'

function aggregatePom(names: readonly string[]): string {
  const modules = names.map((name) => `<module>${name}</module>`).join('')
  return `${PROJECT}${identity('parts')}<packaging>pom</packaging><modules>${modules}</modules></project>\n`
}

function partPom(name: string, folder: string, artefacts: readonly string[]): string {
  return (
    `${PROJECT}${identity(name)}<packaging>pom</packaging>` +
    `<properties><outputDirectory>${folder}</outputDirectory></properties>` +
    `<dependencies>${artefacts.map(dependency).join('\n')}</dependencies></project>\n`
  )
}

function identity(name: string): string {
  return `<groupId>test.servers</groupId><artifactId>${name}</artifactId><version>1</version>`
}

function dependency(coordinates: string): string {
  const [group, artefact, version, type = 'jar', classifier] = coordinates.split(':')
  const alone = '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>'
  return (
    `<dependency><groupId>${group}</groupId><artifactId>${artefact}</artifactId><version>${version}</version>` +
    `<type>${type}</type>${classifier === undefined ? '' : `<classifier>${classifier}</classifier>`}` +
    `${type === 'jar' && classifier === undefined ? '' : alone}</dependency>`
  )
}
