import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ServerHandle } from '../servers/boot.ts'
import { rest } from '../servers/rest.ts'
import { bootPair } from './boot-pair.ts'
import { compareDocuments } from './compare.ts'
import { homeAt } from './home.ts'
import { pageBlock } from './page-block.ts'
import { PROGRAM } from './program.ts'
import { indexNames, wipe } from './target-state.ts'

/** The groups of the page's advanced scenario, and what is left of each in the target: documents, metadata alone. */
const DOCUMENTS: Readonly<Record<string, number>> = {
  'orders-2023': 30,
  'customers-eu': 20,
  'logs-2023-01': 40,
  'templates-mail': 10,
  'source1-a': 5,
  'source2-a': 7,
}

describe('the page, command by command, with its own configuration and only endpoints changed', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-page-script-'))
  let source: ServerHandle
  let target: ServerHandle
  beforeAll(async () => {
    ;[source, target] = await bootPair()
    for (const [index, count] of Object.entries(DOCUMENTS)) {
      const lines = Array.from({ length: count }, (_, n) => [{ index: { _index: index, _id: `d${n}` } }, { n }]).flat()
      await rest(source).bulk(lines)
    }
  })
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  const home = homeAt(join(work, 'basic'))

  test('configure sample --load, and configure edit in an editor', async () => {
    expect((await home.run(['configure', 'sample', '--load'])).code).toBe(0)
    const editor = `sed -i -e s#https://source-cluster:9200#${source.url}# -e s#https://target-cluster:9200#${target.url}#`
    // `script` gives the program a terminal, as an editor needs one.
    const { status, stdout } = spawnSync('script', ['-qec', `${PROGRAM} configure edit`, '/dev/null'], {
      encoding: 'utf8',
      env: { ...process.env, WORKFLOW_HOME: home.path, VISUAL: '', EDITOR: editor },
    })
    expect(status, stdout).toBe(0)
    const saved = (await home.run(['configure', 'view'])).stdout
    expect(saved).toContain(`endpoint: ${source.url}`)
    expect(saved).toContain(`endpoint: ${target.url}`)
  })

  test('submit prints the name of the workflow, and status shows it until every step has succeeded', async () => {
    const { code, stdout, stderr } = await home.run(['submit'])
    expect(code, stderr).toBe(0)
    const name = stdout.trim()
    expect(name).toMatch(/^migration-[0-9a-f]{6}$/)
    const first = await home.run(['status'])
    expect(first.stdout).toMatch(new RegExp(`^\\[.\\] Workflow: ${name}\\n {2}Phase: \\w+\\n`))
    expect(first.stdout).toContain('📋 Workflow Steps\n├── ')
    const view = await home.until(({ phase }) => phase !== 'Running' && phase !== 'Pending')
    expect(view.phase, JSON.stringify(view)).toBe('Succeeded')
    expect((await home.run(['status', name])).stdout).toMatch(/^\[\+\]/)
    expect(await compareDocuments(source, target, Object.keys(DOCUMENTS).toSorted())).toEqual({
      equal: Object.values(DOCUMENTS).reduce((sum, count) => sum + count),
      differences: [],
    })
  })

  test('output shows the log, submit --wait --timeout 3600 ends at once, and stop has nothing to do', async () => {
    const output = await home.run(['output'])
    expect([output.code, output.stdout]).toEqual([0, expect.stringContaining('run finished')])
    const again = await home.run(['submit', '--wait', '--timeout', '3600'])
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('nothing was started')])
    const stopped = await home.run(['stop'])
    expect([stopped.code, stopped.stderr]).toEqual([0, expect.stringContaining('is not running')])
  })

  test('several groups, as the page has them', async () => {
    await wipe(target)
    const groups = homeAt(join(work, 'groups'))
    const clusters = pageBlock('minimal').split('migrations:')[0]!
    await groups.configure(pointed(clusters) + pageBlock('multiple-index-groups'))
    const submitted = await groups.run(['submit', '--wait', '--timeout', '3600'])
    expect(submitted.code, submitted.stderr).toBe(0)
    expect(await indexNames(target)).toEqual(['customers-eu', 'logs-2023-01', 'orders-2023', 'templates-mail'])
    expect(await rest(target).get('/templates-mail/_count')).toMatchObject({ count: 0 })
    expect(await rest(target).get('/logs-2023-01/_count')).toMatchObject({ count: 40 })
  })

  test('several sources, as the page has them', async () => {
    await wipe(target)
    const parallel = homeAt(join(work, 'parallel'))
    await parallel.configure(pointed(pageBlock('parallel-migrations')))
    const submitted = await parallel.run(['submit', '--wait', '--timeout', '3600'])
    expect(submitted.code, submitted.stderr).toBe(0)
    expect(await indexNames(target)).toEqual(['source1-a', 'source2-a'])
    expect(await compareDocuments(source, target, ['source1-a', 'source2-a'])).toEqual({ equal: 12, differences: [] })
  })

  /** The text with the endpoints of these servers. */
  function pointed(text: string): string {
    return text
      .replaceAll(/https:\/\/source(-cluster|1|2):9200/g, source.url)
      .replaceAll(/https:\/\/target(-cluster)?:9200/g, target.url)
  }
})
