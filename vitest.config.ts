import { defineConfig } from 'vitest/config'

/** Tests on real servers are tried twice: a small machine that is busy lets a server or a pod miss a time limit of its own. */
const SERVER_RETRIES = 1

/** Test files at once of the groups that boot real servers: each file has two or three of them, at half a gigabyte each. */
const SERVER_FILES = 2

/** Files of a worker share what they import, which is a third of the processor time: they change nothing that others see. */
const SHARED_IMPORTS = { isolate: false } as const

/** By default one is left idle, which is half of a small machine. */
const ALL_PROCESSORS = '100%'

/** Groups of tests, chosen with `make test GROUP=…`. */
export default defineConfig({
  test: {
    reporters: ['default'],
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
          maxWorkers: SERVER_FILES,
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
