import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRejectLines } from '../../../src/engine/local/reject-lines.ts'
import { temporaryFolder } from './load-world.ts'

async function linesOf(text: string): Promise<string[]> {
  const path = join(temporaryFolder(), 'rejects.ndjson')
  writeFileSync(path, text)
  return all(readRejectLines(path))
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const line of lines) found.push(line)
  return found
}

test('only line feeds end a line', async () => {
  const line = '{"_source":{"a":"x\u2028y\u2029z"}}'
  expect(await linesOf(`${line}\n{}\n`)).toEqual([line, '{}'])
})

test('a line longer than what is read at once is one line', async () => {
  const long = `{"a":"${'ü'.repeat(200_000)}"}`
  expect(await linesOf(`{}\n${long}\n{}\n`)).toEqual(['{}', long, '{}'])
})

test('a line that was torn is left out, wherever it is', async () => {
  expect(await linesOf('{"a":1}\n{"b":\n{"c":3}\n{"d":4}')).toEqual(['{"a":1}', '{"c":3}'])
})

test('a file that is not there has no lines', async () => {
  expect(await all(readRejectLines(join(temporaryFolder(), 'none')))).toEqual([])
})
