import type { BuildOptions, Plugin } from 'esbuild'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Loaded only when they are needed: the SDK has thousands of files, zstddec is for a Node.js without zstd. */
const EXTERNAL = ['@aws-crypto/*', '@aws-sdk/*', '@smithy/*', 'zstddec']

/** Packages in the older module format ask for modules of Node.js by `require`. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/** The entry points of the program: the commands, and what a thread of a load runs. */
export const PROGRAM_ENTRIES = { main: 'src/cli/main.ts', 'load-thread': 'src/cli/load-thread.ts' } as const

/**
 * How entry points, by the names of their files, become ES modules with shared chunks: lazily imported commands have their own.
 * The packages of every start are in them, since opening and linking their hundreds of files takes longer than running them.
 */
export function bundleOptions(entryPoints: Readonly<Record<string, string>>): BuildOptions {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  return {
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    external: EXTERNAL,
    banner: { js: REQUIRE },
    legalComments: 'linked',
    sourcemap: true,
    sourcesContent: false,
    define: { __VERSION__: JSON.stringify(version) },
    logLevel: 'warning',
  }
}

/** Commander loads Node's module for child processes at once, for subcommands that are programs of their own; ours are not. */
export const WITHOUT_CHILD_PROCESSES: Plugin = {
  name: 'commander-without-child-processes',
  setup(build) {
    const nothing = { path: 'child-processes', namespace: 'nothing' }
    build.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/node_modules/commander/') ? nothing : undefined,
    )
    build.onLoad({ filter: /.*/, namespace: nothing.namespace }, () => ({ contents: 'module.exports = {}' }))
  },
}
