import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A block of YAML as it stands on the page. */
export function pageBlock(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../unit/config/page/${name}.yaml`, import.meta.url)), 'utf8')
}

/** The page's minimal configuration with another block of source clusters in place of its own. */
export function minimalWithSources(sources: string): string {
  const minimal = pageBlock('minimal')
  return `${sources.trimEnd()}\n\n${minimal.slice(minimal.indexOf('targetClusters:'))}`
}
