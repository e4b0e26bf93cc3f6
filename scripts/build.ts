/** Builds the program into dist/: npm run build. */
import { build } from 'esbuild'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleOptions, PROGRAM_ENTRIES, WITHOUT_CHILD_PROCESSES } from './bundle.ts'

const at = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))
const [dist, fresh, old] = [at('dist'), at(`.dist-new-${process.pid}`), at(`.dist-old-${process.pid}`)]
await build({ ...bundleOptions(PROGRAM_ENTRIES), plugins: [WITHOUT_CHILD_PROCESSES], outdir: fresh })
// The folder is exchanged whole, so that a build never leaves half a program behind, not even for a moment.
if (existsSync(dist)) renameSync(dist, old)
renameSync(fresh, dist)
rmSync(old, { recursive: true, force: true })
