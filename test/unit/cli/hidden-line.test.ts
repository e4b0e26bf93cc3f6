import { describe, expect, test } from 'vitest'
import { readHiddenLine } from '../../../src/cli/hidden-line.ts'

async function* typed(...keys: readonly string[]): AsyncGenerator<string> {
  await Promise.resolve()
  yield* keys
}

describe('a line that is typed without being shown', () => {
  test.each([
    [['secret\r'], 'secret'],
    [['sec', 'ret', '\n', 'more'], 'secret'],
    [['secrex\u007ft\r'], 'secret'],
    [['wrong\u0015right\u0004'], 'right'],
    [['\u001b[Aпароль 🔑\r'], '[Aпароль 🔑'],
    [['no end'], 'no end'],
  ])('%j is %j', async (keys, line) => {
    expect(await readHiddenLine(typed(...keys))).toBe(line)
  })

  test('ends with Ctrl-C', async () => {
    await expect(readHiddenLine(typed('sec\u0003ret\r'))).rejects.toMatchObject({ code: 'ABORTED' })
  })
})
