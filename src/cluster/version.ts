/** A server version as its parts and as the server writes it. */
export interface Version {
  readonly major: number
  readonly minor: number
  readonly patch: number
  /** As reported, suffixes such as `-SNAPSHOT` included. */
  readonly text: string
}

/** Reads `2.19.4`, `7.10`, `8.19.0-SNAPSHOT`; a missing part counts as 0. Undefined when it does not begin like a version. */
export function parseVersion(text: string): Version | undefined {
  const match = /^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?/.exec(text)
  if (match === null) return undefined
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0), text }
}

/** True when `version` is `major.minor` or later. */
export function isAtLeast(version: Version, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor)
}
