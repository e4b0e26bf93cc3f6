import type { ByteCursor } from '../core/byte-cursor.ts'

/** A release of Lucene: major, minor, bugfix. */
export type LuceneVersion = readonly [number, number, number]

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`. */
export function compareVersions(a: LuceneVersion, b: LuceneVersion): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

/** Three numbers in a row. */
export function readVersion(cursor: ByteCursor, form: 'vint' | 'int32'): LuceneVersion {
  const next = (): number => (form === 'vint' ? cursor.vCount('version part', 255) : cursor.int32())
  const at = cursor.offset
  const version: LuceneVersion = [next(), next(), next()]
  if (version.some((part) => part < 0 || part > 255)) throw cursor.corrupt(`Lucene version is ${version.join('.')}`, at)
  return version
}

/** The text that Lucene 4.x writes: `4.10.4`, `4.1`, also with a fourth part. */
export function parseVersion(cursor: ByteCursor): LuceneVersion {
  const at = cursor.offset
  const text = cursor.string()
  const match = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:\.\d{1,3})?$/.exec(text)
  if (match === null) throw cursor.corrupt(`Lucene version is '${text}'`, at)
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
}
