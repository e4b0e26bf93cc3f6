import { basename } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Tests on real servers are tried twice: a small machine that is busy lets a server or a pod miss a time limit of its own. */
const SERVER_RETRIES = 1

/** Test files at once of the groups that boot real servers: each file has two or three of them, at half a gigabyte each. */
const SERVER_FILES = 2

/** Migrations leave a quarter of two processors idle while two files wait for their servers. */
const MIGRATION_FILES = 3

/** Files of a worker share what they import, which is a third of the processor time: they change nothing that others see. */
const SHARED_IMPORTS = { isolate: false } as const

/** By default one is left idle, which is half of a small machine. */
const ALL_PROCESSORS = '100%'

/** Files that begin before others, the longest first: without results of an earlier run their sizes would decide. */
const LONGEST = ['matrix-elasticsearch.test.ts', 'faults.test.ts', 'matrix-opensearch.test.ts']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.indexOf(basename(moduleId))
      return at < 0 ? LONGEST.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}

/** Groups of tests, chosen with `make test GROUP=…`. */
export default defineConfig({
  test: {
    reporters: ['default'],
    sequence: { sequencer: LongestFirst },
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: ALL_PROCESSORS,
          ...SHARED_IMPORTS,
        },
      },
      {
        test: {
          name: 'corpus',
          include: ['test/corpus/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
          maxWorkers: ALL_PROCESSORS,
          ...SHARED_IMPORTS,
        },
      },
      {
        test: {
          name: 'servers',
          include: ['test/servers/**/*.test.ts'],
          exclude: ['test/servers/kubernetes/**'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          retry: SERVER_RETRIES,
          maxWorkers: SERVER_FILES,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          retry: SERVER_RETRIES,
          maxWorkers: MIGRATION_FILES,
        },
      },
      {
        test: {
          name: 'kubernetes',
          include: ['test/kubernetes/**/*.test.ts', 'test/servers/kubernetes/**/*.test.ts'],
          globalSetup: ['test/servers/kubernetes/global-setup.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          retry: SERVER_RETRIES,
          fileParallelism: false,
        },
      },
    ],
  },
})
