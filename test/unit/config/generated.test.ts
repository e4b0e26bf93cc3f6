import { describe, expect, test } from 'vitest'
import { configJsonSchema } from '../../../src/config/json-schema.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { referencePage } from '../../../src/config/reference-page.ts'
import { sampleConfig } from '../../../src/config/sample.ts'

/** Files made from the schema; `npx vitest run --project unit test/unit/config -u` makes them anew. */
describe('files made from the schema are up to date', () => {
  test('schema/backfill.schema.json', async () => {
    await expect(configJsonSchema()).toMatchFileSnapshot('../../../schema/backfill.schema.json')
  })

  test('docs/configuration.md', async () => {
    await expect(referencePage()).toMatchFileSnapshot('../../../docs/configuration.md')
  })
})

describe('the JSON Schema', () => {
  const schema = JSON.parse(configJsonSchema()) as {
    readonly else: {
      readonly required: readonly string[]
      readonly properties: Readonly<Record<string, unknown>>
      readonly additionalProperties: boolean
    }
  }

  test('demands what has to be there and nothing else', () => {
    expect(schema.else.required).toEqual(['sourceClusters', 'targetClusters', 'migrations'])
    expect(schema.else.additionalProperties).toBe(false)
  })

  test('explains every key', () => {
    const silent: string[] = []
    const walk = (node: unknown, place: string): void => {
      if (typeof node !== 'object' || node === null) return
      for (const [key, value] of Object.entries((node as { properties?: object }).properties ?? {})) {
        if ((value as { description?: string }).description === undefined) silent.push(`${place}.${key}`)
        walk(value, `${place}.${key}`)
      }
      for (const key of ['items', 'additionalProperties', 'then', 'else'])
        walk((node as Record<string, unknown>)[key], place)
    }
    walk(schema, '')
    expect(silent).toEqual([])
  })
})

describe('the sample', () => {
  test('loads without errors', () => {
    const { config, diagnostics } = loadConfig(sampleConfig('backfill.schema.json'))
    expect(config).toBeDefined()
    expect(diagnostics.map(({ code }) => code)).toEqual(['CFG_INLINE_SECRET', 'CFG_INLINE_SECRET'])
  })

  test('begins with the line by which editors find the schema', () => {
    expect(sampleConfig('backfill.schema.json')).toMatch(/^# yaml-language-server: \$schema=backfill\.schema\.json\n/)
    expect(sampleConfig()).not.toContain('$schema')
  })

  test('each option that is commented out can be used', () => {
    const lines = sampleConfig().split('\n')
    let tried = 0
    for (let start = 0; start < lines.length; start++) {
      // A block of options: comments that read as YAML keys, up to the next line of another kind.
      if (!/^ *# [a-zA-Z]+:( |$)/.test(lines[start]!) || /: workflow/.test(lines[start]!)) continue
      let end = start
      while (/^ *#( {2})+[a-zA-Z]/.test(lines[end + 1] ?? '') || /^ *# {3}/.test(lines[end + 1] ?? '')) end++
      const used = lines.map((line, index) => (index >= start && index <= end ? line.replace('# ', '') : line))
      const key = /# (\w+):/.exec(lines[start]!)![1]!
      const text = key.startsWith('passwordFrom')
        ? used.filter((line, index) => index > start || !/ password: /.test(line)).join('\n')
        : used.join('\n')
      const errors = loadConfig(text).diagnostics.filter(({ severity }) => severity === 'error')
      expect(errors, `${key} in line ${start + 1}`).toEqual([])
      tried++
      start = end
    }
    expect(tried).toBeGreaterThan(12)
  })
})
