import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootPair } from './boot-pair.ts'
import { engineConformance } from './engine-conformance.ts'
import { homeAt } from './home.ts'

engineConformance(async () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-local-engine-'))
  const [source, target] = await bootPair()
  return {
    engine: 'local',
    home: homeAt(join(work, 'home')),
    source,
    target,
    seen: { source, target },
    repository: '',
    slowBulk: 100,
    close: async () => {
      await Promise.all([source.stop(), target.stop()])
      rmSync(work, { recursive: true, force: true })
    },
  }
})
