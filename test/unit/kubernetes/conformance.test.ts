import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { openKubernetes } from '../../../src/kubernetes/open-kubernetes.ts'
import { calm, fixedRandom, stepClock } from '../http/test-world.ts'
import { describeKubernetes, describePatches } from './conformance.ts'
import { startFakeApiServer, type FakeApiServer } from './fake-api-server.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { MemoryKubernetes } from './memory-kubernetes.ts'

let server: FakeApiServer
let folder: string
beforeAll(async () => {
  server = await startFakeApiServer()
  folder = mkdtempSync(join(tmpdir(), 'conformance-'))
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const overHttp = () => {
  const env = { KUBECONFIG: writeKubeconfig(folder, server.url) }
  return openKubernetes({ env, cwd: folder, clock: stepClock(), random: fixedRandom(), signal: calm })
}

describeKubernetes('the namespace in memory', () => Promise.resolve(new MemoryKubernetes()))
describeKubernetes('the client of a server', overHttp)
describePatches('the client of a server', overHttp)
