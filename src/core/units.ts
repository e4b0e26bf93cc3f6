/** Bytes as people read them: `1.2 GiB`, `734 B`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value.toString() : value.toFixed(1)} ${units[unit]!}`
}

/** A duration in milliseconds as people read it: `2h 05m`, `3m 20s`, `12s`, `850ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`
  const seconds = Math.round(ms / 1000)
  const pad = (value: number): string => value.toString().padStart(2, '0')
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${pad(seconds % 60)}s`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ${pad(Math.floor((seconds % 3600) / 60))}m`
  return `${Math.floor(seconds / 86_400)}d ${pad(Math.floor((seconds % 86_400) / 3600))}h`
}

/** The same of what was measured in whole seconds: none of them is `<1s`. */
export function formatWholeSeconds(seconds: number): string {
  return seconds === 0 ? '<1s' : formatDuration(seconds * 1000)
}

/** A whole number with thousands separators: `1,234,567`. */
export function formatCount(count: number): string {
  // `toLocaleString` loads the rules of a language first, which is a tenth of the time that `status` takes.
  return Math.round(count)
    .toString()
    .replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** A count with its noun: `1 document`, `2,500 documents`. Nouns whose plural is not made with an s name it. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
