import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { generatedFiles } from '../../../scripts/docs/generated.ts'

const root = new URL('../../../', import.meta.url)

describe('generated documents are current (npm run docs writes them)', async () => {
  for (const [path, text] of await generatedFiles()) {
    test(path, () => {
      expect(existsSync(new URL(path, root)) ? readFileSync(new URL(path, root), 'utf8') : 'not there').toBe(text)
    })
  }
})
