// Builds the program: one ES module per entry point and lazily imported command, shared chunks split out.
import { build } from 'esbuild'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const root = new URL('..', import.meta.url).pathname
const [dist, fresh, old] = ['dist', `.dist-new-${process.pid}`, `.dist-old-${process.pid}`].map((name) => root + name)
await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/cli/main.ts', 'load-thread': 'src/cli/load-thread.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  sourcemap: true,
  define: { __VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
})
// The folder is exchanged whole, so that a build never leaves half a program behind, not even for a moment.
if (existsSync(dist)) renameSync(dist, old)
renameSync(fresh, dist)
rmSync(old, { recursive: true, force: true })
