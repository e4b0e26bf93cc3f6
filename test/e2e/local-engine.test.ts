import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootServer } from '../servers/boot.ts'
import { engineConformance } from './engine-conformance.ts'
import { homeAt } from './home.ts'

engineConformance(async () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-local-engine-'))
  const [source, target] = await Promise.all([
    bootServer({ distribution: 'elasticsearch', version: '7.10.2' }),
    bootServer({ distribution: 'opensearch', version: '2.19', heap: '768m' }),
  ])
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
