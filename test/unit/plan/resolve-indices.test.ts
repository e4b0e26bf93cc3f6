import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePatterns } from '../../../src/core/patterns.ts'
import { selectNames } from '../../../src/plan/select-names.ts'
import { failureOf, fakeWorld, FS_REPOSITORY, plan, smallConfig } from './planning.ts'
import type { FakeState } from './fake-cluster.ts'

const SOURCE: FakeState = {
  indices: [
    { index: 'logs-1' },
    { index: 'logs-2' },
    { index: 'logs-closed', status: 'close' },
    { index: 'logs-red', health: 'red' },
    { index: '.ds-events-000001' },
    { index: '.kibana' },
    { index: 'shop' },
  ],
  dataStreams: { events: ['.ds-events-000001'] },
}

interface Outcome {
  readonly names: string[]
  readonly streams: string[]
  readonly warnings: readonly string[]
  readonly matches: unknown
}

async function outcome(group: string): Promise<Outcome> {
  const made = await plan(smallConfig(FS_REPOSITORY, group), fakeWorld(SOURCE))
  const [found] = made.migrations[0]!.groups
  return {
    names: found!.indices.map((index) => index.name),
    streams: found!.indices.flatMap(({ stream }) => stream ?? []),
    warnings: made.warnings,
    matches: found!.matches,
  }
}

describe('the indices of a group', () => {
  test('are those that the patterns match, with what each pattern matches', async () => {
    const { names, matches } = await outcome('indices: ["logs-?", "shop", "-logs-2"]')
    expect(names).toEqual(['logs-1', 'shop'])
    expect(matches).toEqual([
      { pattern: 'logs-?', indices: 2 },
      { pattern: 'shop', indices: 1 },
      { pattern: '-logs-2', indices: 1 },
    ])
  })

  test('leave out system indices unless they are asked for', async () => {
    expect((await outcome('indices: ["*", "-events"]')).names).toEqual(['logs-1', 'logs-2', 'logs-red', 'shop'])
    expect((await outcome('indices: [".kib*"]')).names).toEqual(['.kibana'])
  })

  test('leave out closed ones with a word, but only where a pattern means them', async () => {
    expect((await outcome('indices: ["logs-*"]')).warnings).toContain(
      'snapshotMigrations[0] leaves out closed indices of source prod: logs-closed; open them to migrate them',
    )
    expect((await outcome('indices: ["shop"]')).warnings).toEqual([])
  })

  test('that have no primary are warned of', async () => {
    expect((await outcome('indices: ["logs-red"]')).warnings[0]).toContain('logs-red (health red)')
  })

  test('behind a data stream come with it when it is chosen by its name, and alone as ordinary indices', async () => {
    const whole = await outcome('indices: ["e*"]')
    expect(whole.names).toEqual(['.ds-events-000001'])
    expect(whole.streams).toEqual(['events'])
    expect((await outcome('indices: ["*", "-logs-red", "-events"]')).streams).toEqual([])
    const alone = await outcome('indices: [".ds-events-*"]')
    expect(alone.names).toEqual(['.ds-events-000001'])
    expect(alone.streams).toEqual([])
  })

  test.each([
    ['lgos-1', "pattern 'lgos-1' of snapshotMigrations[0] matches none of 6 indices", 'Did you mean logs-1'],
    ['logs-closed', 'matches none', 'Closed indices are not migrated, and logs-closed is.'],
    ['kibana', 'matches none', "such as '.kibana'"],
    ['nothing-like-it', 'matches none', 'There are logs-1, logs-2, logs-red, shop.'],
  ])('cannot come from the pattern %s, and the reason is told', async (pattern, detail, hint) => {
    const failure = await failureOf(outcome(`indices: ["${pattern}"]`))
    expect(failure.code).toBe('INDEX_NOT_FOUND')
    expect(failure.message).toContain('source prod')
    expect(failure.message).toContain(detail)
    expect(failure.hint).toContain(hint)
    expect(failure.hint).toContain('allowEmpty: true')
  })

  test('cannot all be excluded', async () => {
    const failure = await failureOf(outcome('indices: ["shop", "-sh*"]'))
    expect(failure.message).toContain('shop, -sh* leaves none of 6 indices')
  })

  test('belong to the first group that matches them', async () => {
    const config = smallConfig(FS_REPOSITORY, 'indices: ["logs-1"]')
    const [migration] = config.migrations
    const [group] = migration!.groups
    const second = { ...group!, label: 'snapshotMigrations[1]', indices: ['logs-?'] }
    const both = { ...config, migrations: [{ ...migration!, groups: [group!, second] }] }
    const made = await plan(both, fakeWorld(SOURCE))
    const names = made.migrations[0]!.groups.map((found) => found.indices.map((index) => index.name))
    expect(names).toEqual([['logs-1'], ['logs-2']])
    expect(made.warnings).toEqual(['snapshotMigrations[1] leaves out what snapshotMigrations[0] has already: logs-1'])
  })
})

describe('selecting names', () => {
  const part = fc.constantFrom('a', 'b', '.', '*', '?', '-')
  const pattern = fc.string({ unit: part, minLength: 1, maxLength: 6 })
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), minLength: 1, maxLength: 6 })

  test('chooses what the one dialect of patterns chooses', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name), fc.array(pattern, { maxLength: 5 }), (names, patterns) => {
        const matches = compilePatterns(patterns)
        const { selected } = selectNames(new Set(names), patterns)
        expect([...selected].sort()).toEqual(names.filter(matches).sort())
      }),
    )
  })
})
