import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'

/** The classes of a server's jars as its JVM has read and verified them: a boot with them takes half as much of a processor. */
export interface ClassArchive {
  /** Flags of the JVM: uses the archive, or has the JVM write one when it ends. */
  readonly flags: readonly string[]
  /** Keeps what the JVM wrote, when it ended by itself (`exit code 0`): one that was cut short left half an archive. */
  keep(ended: string | undefined): void
}

/**
 * The archive that belongs to an assembled server and a JDK; a JVM leaves one aside that does not fit its jars.
 * `temporary` is a folder of this boot alone.
 */
export function classArchive(home: string, javaHome: string, temporary: string): ClassArchive {
  const archive = join(home, `classes-${basename(javaHome)}.jsa`)
  if (existsSync(archive)) return { flags: [`-XX:SharedArchiveFile=${archive}`], keep: () => undefined }
  const draft = join(temporary, 'classes.jsa')
  return {
    flags: [`-XX:ArchiveClassesAtExit=${draft}`],
    keep: (ended) => {
      if (ended !== 'exit code 0' || !existsSync(draft)) return
      const beside = `${archive}.${randomUUID()}`
      copyFileSync(draft, beside)
      renameSync(beside, archive)
    },
  }
}
