/** The one error of this kit: its message says what is missing or went wrong, and what to do. */
export class BootError extends Error {
  override readonly name = 'BootError'
}

/** A Java development kit on this machine. */
export interface FoundJdk {
  readonly home: string
  /** Major version, such as 17. */
  readonly major: number
}

/** Major versions of Java that run a server, both ends included. */
export interface JavaRange {
  readonly oldest: number
  readonly newest: number
}

/** Names a server in messages, such as `elasticsearch 7.10.2`. */
export interface ServerName {
  readonly distribution: string
  readonly version: string
}

/** What a failed boot left behind. */
export interface BootLog {
  readonly logFile: string
  readonly lastLines: readonly string[]
}

/** Longer lines of a log are cut. */
const LINE_LENGTH = 400

const named = (server: ServerName): string => `${server.distribution} ${server.version}`

/** Replaces every URL by its scheme, so that no registry or mirror appears in a message. */
export function redactUrls(text: string): string {
  return text.replace(/\b(https?|ftp|file):\/\/[^\s)\],'"]+/g, '$1://[redacted]')
}

/** Says which servers there are recipes for. */
export function unknownServer(server: ServerName, known: readonly string[]): string {
  return `boot ${named(server)}: there is no recipe for this version. Known versions of ${server.distribution}: ${known.join(', ')}.`
}

/** Says which Java is needed, which were found, and how to get the one that is needed. */
export function jdkMissing(server: ServerName, range: JavaRange, found: readonly FoundJdk[]): string {
  const needed = range.oldest === range.newest ? `${range.oldest}` : `${range.oldest} to ${range.newest}`
  const seen =
    found.length === 0 ? 'none was found' : `found ${found.map((jdk) => `${jdk.major} (${jdk.home})`).join(', ')}`
  return (
    `boot ${named(server)}: needs a JDK ${needed} with javac; ${seen}. ` +
    `Install one (such as the package openjdk-${range.oldest}-jdk-headless) or set JAVA${range.oldest}_HOME to its folder.`
  )
}

/** Says that the command `mvn` is not there. */
export function mavenMissing(server: ServerName): string {
  return `build ${named(server)}: the command mvn is not on the PATH. Install Maven 3.8 or newer (such as the package maven).`
}

/** Says that a command other than Maven is not there. */
export function commandMissing(command: string, purpose: string): string {
  return `${purpose}: the command ${command} is not on the PATH. Install the package that has it.`
}

/** What Maven prints after every error. */
const MAVEN_ADVICE = /^(To see the full stack trace|Re-run Maven|For more information|After correcting|\[Help \d)/

/** Says which artefacts Maven did not get, with its reasons; for other failures the end of what it printed. */
export function mavenFailed(server: ServerName, output: string): string {
  const errors = redactUrls(output)
    .split('\n')
    .filter((line) => line.includes('[ERROR]'))
    .map((line) =>
      line
        .replace(/^.*?\[ERROR\]\s*/, '')
        .replace(/ -> \[Help \d+\]$/, '.')
        .trim(),
    )
    .filter((line) => line !== '' && !MAVEN_ADVICE.test(line))
  const reason = errors.slice(0, 3).join(' | ') || redactUrls(output).trim().split('\n').slice(-5).join(' | ')
  const missing = missingArtefacts(output)
  const what = missing.length === 0 ? 'Maven ended with an error' : `missing ${missing.join(', ')}`
  return (
    `build ${named(server)}: ${what}. Maven says: ${reason} ` +
    'Check that Maven reaches its registry or has these artefacts in its local repository.'
  )
}

/** The coordinates that Maven names as not found or not transferred, each once, in order. */
export function missingArtefacts(output: string): string[] {
  const patterns = [
    /(?:Could not find artifact|Could not transfer artifact|Failure to find|Failed to read artifact descriptor for) ([\w.-]+(?::[\w.-]+){2,4})/g,
    /([\w.-]+(?::[\w.-]+){2,4}) (?:was not found in|has not been downloaded)/g,
  ]
  return [...new Set(patterns.flatMap((pattern) => [...output.matchAll(pattern)].flatMap((match) => match[1] ?? [])))]
}

/** Says that javac refused a launcher. */
export function compileFailed(server: ServerName, output: string): string {
  return `build ${named(server)}: javac refused the launcher: ${output.trim().split('\n').slice(0, 10).join(' | ')}`
}

/** Says that this version cannot be booted with security. */
export function noSecurityPlugin(server: ServerName): string {
  return `boot ${named(server)}: its recipe has no security plugin. Leave out the option security, or choose OpenSearch 2.11.1 or 2.19.4.`
}

/** Says that a port that was asked for is in use. */
export function portTaken(server: ServerName, port: number): string {
  return (
    `boot ${named(server)}: port ${port} on 127.0.0.1 is taken. ` +
    'End the program that listens there, choose another port, or leave the port out to get a free one.'
  )
}

/** Says that the process ended before it answered. */
export function diedWhileBooting(server: ServerName, how: string, log: BootLog): string {
  return `boot ${named(server)}: the server ended (${how}) before it answered. ${logEnd(log)}`
}

/** Says that the server did not answer in time, with the last thing seen over HTTP. */
export function bootTimeout(server: ServerName, seconds: number, lastAnswer: string, log: BootLog): string {
  return `boot ${named(server)}: not ready after ${seconds} s; last answer: ${lastAnswer}. ${logEnd(log)}`
}

/** Says that another process has held the build lock for too long. */
export function lockTimeout(lockFile: string, seconds: number, holder: string): string {
  return (
    `wait for ${lockFile}: process ${holder} has been building a server for more than ${seconds} s. ` +
    'End that process, or remove the file if it is gone.'
  )
}

function logEnd(log: BootLog): string {
  return `Log: ${log.logFile}, its last lines:\n${log.lastLines.map((line) => `  ${line.slice(0, LINE_LENGTH)}`).join('\n')}`
}
