import { build, type Metafile } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { bundleOptions, PROGRAM_ENTRIES, WITHOUT_CHILD_PROCESSES } from '../../../scripts/bundle.ts'

/** What a command makes Node.js open before it can run; a look at the bundle guards it, since times differ between machines. */
describe('the start of the program', () => {
  let outputs: Metafile['outputs']
  beforeAll(async () => {
    const built = await build({
      ...bundleOptions(PROGRAM_ENTRIES),
      plugins: [WITHOUT_CHILD_PROCESSES],
      outdir: 'unused',
      write: false,
      metafile: true,
    })
    outputs = built.metafile.outputs
  })

  /** The files that these modules, the first of which is the program itself, are loaded from. */
  function filesOf(...modules: readonly string[]): string[] {
    const found = new Set<string>()
    const visit = (file: string): void => {
      if (found.has(file)) return
      found.add(file)
      for (const { path, kind, external } of outputs[file]!.imports) {
        if (kind === 'import-statement' && external !== true) visit(path)
      }
    }
    for (const module of ['src/cli/main.ts', ...modules]) {
      const file = Object.keys(outputs).find((name) => outputs[name]!.entryPoint === module)
      expect(file, `${module} is loaded on its own`).toBeDefined()
      visit(file!)
    }
    return [...found]
  }

  function packagesOf(files: readonly string[]): string[] {
    const inputs = files.flatMap((file) => Object.keys(outputs[file]!.inputs))
    return [...new Set(inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []))].sort()
  }

  test('loads no package but commander for --help', () => {
    const files = filesOf()
    expect(packagesOf(files)).toEqual(['commander'])
    expect(files.length).toBeLessThan(20)
  })

  test('loads neither cryptography nor child processes of Node.js for --help', () => {
    const atOnce = filesOf().flatMap((file) => outputs[file]!.imports.filter(({ kind }) => kind !== 'dynamic-import'))
    const modules = atOnce.map(({ path }) => path)
    expect(modules).toContain('node:fs')
    expect(modules).not.toContain('node:child_process')
    expect(modules).not.toContain('node:crypto')
  })

  test('loads neither HTTP, YAML nor schemas for the status of a local run', () => {
    const files = filesOf('src/cli/runs/status.ts', 'src/engine/local/local-engine.ts')
    expect(packagesOf(files)).toEqual(['commander'])
    expect(files.length).toBeLessThan(40)
  })

  test('loads nothing for the status of a run on Argo that talks to its clusters', () => {
    const files = filesOf('src/cli/runs/status.ts', 'src/engine/argo/argo-engine.ts')
    expect(packagesOf(files)).toEqual(['commander'])
  })

  test('loads of zod what is used, not the texts of forty languages', () => {
    const files = filesOf('src/cli/runs/submit.ts', 'src/cli/plan-from-config.ts')
    const inputs = files.flatMap((file) => Object.keys(outputs[file]!.inputs))
    expect(inputs.filter((input) => input.includes('zod')).length).toBeLessThan(40)
    expect(inputs.filter((input) => input.includes('/locales/'))).toEqual(['node_modules/zod/v4/locales/en.js'])
  })

  test('leaves the AWS SDK to runs that use it', () => {
    const all = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs))
    expect(all.filter((input) => input.includes('node_modules/@aws-sdk'))).toEqual([])
  })
})
