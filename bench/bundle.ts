import { buildSync } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { bundleOptions } from '../scripts/bundle.ts'

/** Bundles what is measured as the released program is, so that no loader takes time or memory; returns the folder. */
export function bundle(entryPoints: Readonly<Record<string, string>>): string {
  const outdir = fileURLToPath(new URL('../node_modules/.cache/bench/', import.meta.url))
  buildSync({ ...bundleOptions(entryPoints), outdir })
  return outdir
}
