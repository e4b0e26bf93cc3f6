import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { renderDiagnostics } from '../../../src/config/render-diagnostics.ts'
import { GOOD, MISTAKES } from './mistakes.ts'

test('the configuration that mistakes are made in has none', () => {
  expect(loadConfig(GOOD).diagnostics).toEqual([])
})

describe('a likely mistake is explained at its place', () => {
  for (const { name, text } of MISTAKES) {
    test(name, async () => {
      const { config, diagnostics } = loadConfig(text)
      expect(diagnostics).not.toEqual([])
      expect(config === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'))
      const rendered = renderDiagnostics(diagnostics, { fileName: 'config.yaml' })
      expect(rendered).not.toMatch(/hunter2|123456/)
      await expect(rendered).toMatchFileSnapshot(`mistakes/${name.replaceAll(' ', '-')}.txt`)
    })
  }
})
