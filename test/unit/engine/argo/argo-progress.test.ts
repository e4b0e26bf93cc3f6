import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeArgoProgress } from '../../../../src/engine/argo/argo-progress.ts'

function written(progress: Parameters<typeof writeArgoProgress>[1]): string | undefined {
  const file = join(mkdtempSync(join(tmpdir(), 'argo-progress-')), 'progress')
  writeArgoProgress(file, progress)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

describe('the progress of a pod', () => {
  test('is told in documents, else in bytes, as two whole numbers of which the first is never the larger', () => {
    expect(written({ message: '', documents: { done: 5, total: 9 }, bytes: { done: 1, total: 2 } })).toBe('5/9')
    expect(written({ message: '', bytes: { done: 1.5, total: 2.5 } })).toBe('1/2')
    expect(written({ message: '', documents: { done: 12, total: 9 } })).toBe('9/9')
  })

  test('is left to Argo where there is nothing to count, and where it names no file', () => {
    expect(written({ message: 'reading' })).toBeUndefined()
    expect(written({ message: '', documents: { done: 0, total: 0 } })).toBeUndefined()
    writeArgoProgress(undefined, { message: '', documents: { done: 1, total: 2 } })
    writeArgoProgress('/nowhere/at/all', { message: '', documents: { done: 1, total: 2 } })
  })
})
