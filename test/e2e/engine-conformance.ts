import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LogLine } from '../../src/report/log-line.ts'
import type { RunView, StepView } from '../../src/report/run-view.ts'
import { rest, type RestTarget } from '../servers/rest.ts'
import { compareDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import type { Home } from './home.ts'

/** An engine with two clusters: the commands as a user gives them, and the clusters as the test reaches them. */
export interface EngineWorld {
  readonly engine: RunView['engine']
  readonly home: Pick<Home, 'run' | 'configure' | 'until'>
  readonly source: RestTarget
  readonly target: RestTarget
  /** The same clusters as the commands reach them. */
  readonly seen: { readonly source: RestTarget; readonly target: RestTarget }
  /** More keys of the source in the configuration: where its snapshots go. */
  readonly repository: string
  /** Documents of a bulk request when a load is to be slow: at five requests a second of each process there has to be time to stop it. */
  readonly slowBulk: number
  close(): Promise<void>
}

/** Documents of {@link fillBooks}, and how many of them the target refuses at first. */
const BOOKS = 10_000
const NOTES = 300
const REFUSED = 30
const SLOW = '    requestsPerSecond: 5\n'

const GATED = `      - indices: ["notes"]
        approval: [restore-documents]
`
const REFUSING = `      - indices: ["parts"]
        metadataMigration:
          existingIndex: keep
`

/** What every engine does, seen through the commands; the tests build on one another. */
export function engineConformance(open: () => Promise<EngineWorld>): void {
  describe('the commands on this engine', () => {
    let world: EngineWorld
    let home: EngineWorld['home']
    beforeAll(async () => {
      world = await open()
      home = world.home
      await fillBooks(world.source)
    })
    afterAll(() => world.close())

    const configure = (groups: string, target = ''): Promise<void> => {
      const { source, target: seenTarget } = world.seen
      const parts = { groups, source: world.repository, ...(target !== '' && { target }) }
      return home.configure(`${pageConfiguration(source, seenTarget, parts)}parallelism: 2\n`)
    }
    const view = async (...name: string[]): Promise<RunView> =>
      JSON.parse((await home.run(['status', ...name, '-o', 'json'])).stdout) as RunView
    const equal = async (index: string, documents: number): Promise<void> => {
      expect(await compareDocuments(world.source, world.target, [index])).toEqual({ equal: documents, differences: [] })
    }

    test('before the first one there is no workflow', async () => {
      expect((await home.run(['status'])).code).toBe(7)
      expect((await home.run(['list', '-o', 'json'])).stdout).toContain('"workflows": []')
    })

    test('a workflow with a gate waits for approval, and cannot be submitted twice', async () => {
      await configure(GATED)
      const submitted = await home.run(['submit', '--name', 'first', '--wait', '--timeout', '300'])
      expect(submitted.code, submitted.stderr).toBe(6)
      expect(submitted.stdout).toBe('first\n')
      expect(submitted.stderr).toContain('workflow approve first')
      const waiting = await view()
      expect(waiting).toMatchObject({ name: 'first', engine: world.engine, phase: 'Waiting', alive: true })
      expect(stepOf(waiting, 'restore-documents').phase).toBe('Waiting')
      expect(stepOf(waiting, 'migrate-metadata').phase).toBe('Succeeded')

      const again = await home.run(['submit'])
      expect(again.code, again.stderr).toBe(5)
      expect(again.stderr).toContain('WORKFLOW_LOCKED')
      expect((await home.run(['resume', 'first'])).code).toBe(5)
    })

    test('approved, it goes on to its end, with every document', async () => {
      expect((await home.run(['approve', '--list'])).stdout).toMatch(/^m1g1\/restore-documents /)
      const wrong = await home.run(['approve', '--step', 'm1g1/verify'])
      expect(wrong.code, wrong.stderr).toBe(2)
      const approved = await home.run(['approve', 'first'])
      expect(approved.code, approved.stderr).toBe(0)
      expect(approved.stdout).toBe('m1g1/restore-documents\n')
      const done = await home.until(({ alive }) => !alive)
      expect(done.phase, JSON.stringify(done)).toBe('Succeeded')
      expect(done.steps.map(({ phase }) => phase)).toEqual(done.steps.map(() => 'Succeeded'))
      await equal('notes', NOTES)
    })

    test('its log, its report and its comparison outlive it', async () => {
      const { stdout } = await home.run(['output', 'first', '-o', 'json'])
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as LogLine)
      const messages = lines.map(({ step = '', message }) => `${step} ${message}`)
      expect(messages[0]).toBe(' submitted as first')
      expect(messages).toContain('m1g1/restore-documents approved')
      expect(messages.at(-1)).toBe(' run finished')
      expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted())
      const report = await home.run(['report', 'first', '-o', 'json'])
      expect(JSON.parse(report.stdout)).toMatchObject({ totals: { read: NOTES, acknowledged: NOTES, rejected: 0 } })
      const verified = await home.run(['verify', 'first', '--level', 'counts'])
      expect(verified.code, verified.stderr).toBe(0)
    })

    test('submitted again, nothing is started', async () => {
      const again = await home.run(['submit', '--wait'])
      expect(again.code, again.stderr).toBe(0)
      expect(again.stdout).toBe('first\n')
      expect(again.stderr).toContain('has finished')
    })

    test('a second workflow has a name of its own; the first keeps its own', async () => {
      const slow = `          bulkDocs: ${world.slowBulk}\n          workers: 2\n`
      await configure(`      - indices: ["books"]\n        documentBackfill:\n${slow}`, SLOW)
      const taken = await home.run(['submit', '--name', 'first'])
      expect(taken.code, taken.stderr).toBe(2)
      expect(taken.stderr).toContain('another configuration')
      const submitted = await home.run(['submit', '--name', 'second'])
      expect(submitted.code, submitted.stderr).toBe(0)
      const loading = await home.until((seen) => !seen.alive || documentsDone(seen) > 200)
      expect(loading, JSON.stringify(loading)).toMatchObject({ name: 'second', alive: true, phase: 'Running' })
      expect((await view('first')).phase).toBe('Succeeded')
      const listed = JSON.parse((await home.run(['list', '-o', 'json'])).stdout) as { workflows: RunView[] }
      expect(listed.workflows.map(({ name }) => name)).toEqual(['second', 'first'])
      expect((await home.run(['status', 'third'])).code).toBe(7)
    })

    test('stopped, it says so and puts settings back', async () => {
      const stopped = await home.run(['stop', '--wait'])
      expect(stopped.code, stopped.stderr).toBe(0)
      expect(await view('second')).toMatchObject({ phase: 'Stopped', alive: false })
      expect(await refreshInterval(world.target, 'books')).toBe('7s')
      const count = await rest(world.target).get<{ count: number }>('/books/_count')
      expect(count.count).toBeLessThan(BOOKS)
    })

    test('submitted again, it goes on where it was', async () => {
      const again = await home.run(['submit', '--wait', '--timeout', '300'])
      expect(again.code, again.stderr).toBe(0)
      expect(again.stdout).toBe('second\n')
      expect(again.stderr).toContain('goes on where it was')
      await equal('books', BOOKS)
      expect(await refreshInterval(world.target, 'books')).toBe('7s')
      expect((await home.run(['resume', 'second'])).stderr).toContain('There is nothing to go on with')
    })

    test('documents that the target refuses end it with 3, and are kept', async () => {
      const settings = { number_of_replicas: 0, 'index.mapping.total_fields.limit': 2 }
      await rest(world.target).put('/parts', { settings })
      await rest(world.target).put('/parts/_mapping', { properties: { n: { type: 'long' }, text: { type: 'text' } } })
      await configure(REFUSING)
      const submitted = await home.run(['submit', '--name', 'third', '--wait', '--timeout', '300'])
      expect(submitted.code, submitted.stderr).toBe(3)
      const { stdout } = await home.run(['rejects', '-o', 'json'])
      const ids = stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id)
      expect(new Set(ids).size).toBe(REFUSED)
    })

    test('sent again after the limit was raised, they are all there', async () => {
      const early = await home.run(['retry', '--rejects'])
      expect(early.code, early.stderr).toBe(3)
      expect(early.stdout).toContain(`${REFUSED} left`)
      await rest(world.target).put('/parts/_settings', { 'index.mapping.total_fields.limit': 100 })
      const retried = await home.run(['retry', '--rejects'])
      expect(retried.code, retried.stderr).toBe(0)
      await equal('parts', NOTES)
      expect((await view('third')).phase).toBe('Succeeded')
      expect((await home.run(['rejects'])).stderr).toContain('has no rejects')
    })

    test('what the runs made for themselves is gone from both clusters', async () => {
      expect(await rest(world.source).get('/_snapshot')).toEqual({})
      const rows = await rest(world.target).get<{ index: string }[]>('/_cat/indices?format=json&expand_wildcards=all')
      expect(rows.map(({ index }) => index).filter((name) => name.startsWith('workflow-'))).toEqual([])
    })
  })
}

/** Three indices: `books` is large enough to be interrupted, `parts` has documents with a field more. */
async function fillBooks(source: RestTarget): Promise<void> {
  const client = rest(source)
  const settings = { number_of_shards: 2, number_of_replicas: 0, refresh_interval: '7s' }
  await client.put('/books', { settings })
  for (const index of ['notes', 'parts']) await client.put(`/${index}`, { settings })
  const lines = (index: string, count: number, extra = ''): (object | string)[] =>
    Array.from({ length: count }, (_, n) => [
      { index: { _index: index, _id: `${index}-${n}` } },
      `{"n":${n},"text":"number ${n}"${n % 10 === 0 ? extra : ''}}`,
    ]).flat()
  await client.bulk(lines('books', BOOKS))
  await client.bulk(lines('notes', NOTES))
  await client.bulk(lines('parts', NOTES, ',"late":{"deep":1}'))
  await client.post('/_refresh')
}

function stepOf({ steps }: RunView, kind: StepView['kind']): StepView {
  return steps.find((step) => step.kind === kind)!
}

function documentsDone({ steps }: RunView): number {
  return steps.find(({ kind }) => kind === 'restore-documents')?.progress?.documents?.done ?? 0
}

async function refreshInterval(server: RestTarget, index: string): Promise<string | undefined> {
  const answer = await rest(server).get<Record<string, { settings: { index: { refresh_interval?: string } } }>>(
    `/${index}/_settings`,
  )
  return answer[index]?.settings.index.refresh_interval
}
