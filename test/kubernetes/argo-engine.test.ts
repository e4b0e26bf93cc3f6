import { describe, inject } from 'vitest'
import { engineConformance } from '../e2e/engine-conformance.ts'
import { whySkipped } from '../servers/kubernetes/why-skipped.ts'
import { openConsole } from './console.ts'
import { bootExposed } from './servers.ts'

const cluster = inject('kubernetes')

describe.skipIf(cluster === undefined)(`the argo engine${whySkipped()}`, () => {
  engineConformance(async () => {
    const servers = await bootExposed(cluster!.hostAddress)
    const console = await openConsole(cluster!, 'conformance', { snapshots: servers.snapshots })
    return {
      engine: 'argo',
      home: console.home,
      source: servers.source,
      target: servers.target,
      seen: servers.seen,
      repository: servers.repository,
      slowBulk: 25,
      close: async () => {
        console.close()
        await servers.close()
      },
    }
  })
})
