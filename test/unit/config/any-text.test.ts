import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { renderDiagnostics } from '../../../src/config/render-diagnostics.ts'
import { removeValue, setValue } from '../../../src/config/edit.ts'
import { GOOD } from './mistakes.ts'

const NEWER = GOOD.replace(
  /migrations:[^]*/,
  'snapshotMigrationConfigs:\n  - { fromSource: shop, toTarget: search, perSnapshotConfig: {} }\n',
)
const PIECES = [
  '\t',
  ' ',
  '\n',
  ':',
  ': ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '#',
  '*',
  '&a ',
  '<<: ',
  '|',
  '>',
  '!',
  '%',
  '---\n',
  '1.10',
  'null',
  '\u0000',
  'é',
  '𝄞',
]

/** A good text with pieces of YAML put in and others cut out. */
const damaged = fc
  .tuple(
    fc.constantFrom(GOOD, NEWER),
    fc.array(fc.tuple(fc.nat(GOOD.length), fc.nat(12), fc.constantFrom(...PIECES)), { maxLength: 5 }),
  )
  .map(([good, edits]) =>
    edits.reduce((text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length), good),
  )

/** A value of any shape in the places of the right ones. */
const misshapen = fc
  .record(
    {
      sourceClusters: fc.jsonValue(),
      targetClusters: fc.jsonValue(),
      migrations: fc.jsonValue(),
      defaults: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  .map((value) => JSON.stringify(value))

describe('whatever the text', () => {
  test.each([
    ['damaged configurations', damaged],
    ['values of other shapes', misshapen],
    ['anything', fc.string({ unit: 'binary', maxLength: 200 })],
  ])('%s give a configuration or an error, at a place that is there', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const { config, diagnostics } = loadConfig(text)
        expect(config === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'))
        const lines = text.split(/\r?\n/)
        for (const { line, column, endColumn, sourceLine } of diagnostics) {
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines.length)
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual(sourceLine.length + 1)
          expect(endColumn).toBeGreaterThan(column)
        }
        renderDiagnostics(diagnostics, { color: true })
      }),
      { numRuns: 400 },
    )
  })

  test('aliases that multiply without end are refused at once', () => {
    const bomb = Array.from(
      { length: 12 },
      (_, n) =>
        `k${n + 1}: &a${n + 1} [${Array(9)
          .fill(n === 0 ? 'x' : `*a${n}`)
          .join(', ')}]`,
    )
    const { config, diagnostics } = loadConfig(bomb.join('\n'))
    expect(config).toBeUndefined()
    expect(diagnostics[0]).toMatchObject({ code: 'CFG_SYNTAX', message: 'its aliases unfold to more than can be read' })
  })

  test('a value that is set is read back, and removed again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()), (value) => {
        const path = ['sourceClusters', 'shop', 'requestsPerSecond']
        const set = setValue(GOOD, path, value)
        expect(loadConfig(set).config?.sources['shop']?.requestsPerSecond).toBe(
          typeof value === 'number' && value > 0 ? value : undefined,
        )
        expect(loadConfig(removeValue(set, path)).config).toEqual(loadConfig(GOOD).config)
      }),
      { numRuns: 200 },
    )
  })
})
