import type { LoadedConfig } from './load.ts'

/** A version of the saved configuration that was replaced or cleared. */
export interface ConfigVersionKept {
  /** Counts up; the newest has the highest. */
  readonly number: number
  /** When it was replaced, in milliseconds since 1970; undefined when that is not known. */
  readonly replacedAt?: number
  read(): Promise<string>
}

/** Where the saved configuration is, with the last 20 versions before it. */
export interface ConfigStore {
  /** What messages call it: a path, or an object in a namespace. */
  readonly place: string
  /** Undefined when there is no saved configuration. */
  read(): Promise<string | undefined>
  /**
   * Replaces the saved configuration, if the text has no errors; otherwise nothing is changed and the findings tell why. An
   * interruption leaves the old or the new one whole.
   */
  save(text: string): Promise<LoadedConfig>
  /** Removes the saved configuration; it stays among the previous ones. False when there was none. */
  clear(): Promise<boolean>
  /** Versions that were replaced or cleared, newest first. */
  previous(): Promise<readonly ConfigVersionKept[]>
}
