import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { foundCredentials } from '../../../src/blob/found-credentials.ts'
import { VirtualClock } from './virtual-clock.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'found-credentials-'))
  file = join(folder, 'credentials')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file)
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'))
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function keep(accessKeyId: string): void {
  writeFileSync(
    file,
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = secret-of-${accessKeyId}\n`,
  )
}

test('a credentials file that has changed counts after five seconds, and is not read for every request', async () => {
  const clock = new VirtualClock()
  const find = foundCredentials('us-east-1', clock)
  keep('first')
  expect(await find()).toMatchObject({ accessKeyId: 'first', secretAccessKey: 'secret-of-first' })
  keep('second')
  await clock.advance(4000)
  expect(await find()).toMatchObject({ accessKeyId: 'first' })
  await clock.advance(1000)
  expect(await find()).toMatchObject({ accessKeyId: 'second', secretAccessKey: 'secret-of-second' })
})

test('where there are none, the failure is not kept', async () => {
  const find = foundCredentials('us-east-1', new VirtualClock())
  await expect(find()).rejects.toThrow()
  keep('late')
  expect(await find()).toMatchObject({ accessKeyId: 'late' })
})
