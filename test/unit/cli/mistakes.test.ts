import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import { startPlaces, type Places } from './mistakes/places.ts'
import { configuration, MISTAKES, type Mistake } from './mistakes/table.ts'
import { runCli, type ProgramRun } from './world.ts'

let places: Places
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test-key')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test-secret')
  places = await startPlaces()
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await places.close()
})

function run(mistake: Mistake, command: string): Promise<ProgramRun> {
  const text = configuration(places, mistake.change?.(places))
  writeFileSync(join(places.folder, 'migration.yaml'), mistake.edit?.(text) ?? text)
  return runCli(command.split(' '), {
    clock: systemClock,
    cwd: places.folder,
    env: { WORKFLOW_HOME: join(places.folder, 'state') },
    ...mistake.world?.(places),
  })
}

const commandOf = (mistake: Mistake): string => mistake.run ?? 'plan -f migration.yaml'

describe('a likely mistake gives one message that says what, where, why and what to do next', () => {
  for (const mistake of MISTAKES) {
    test(mistake.name, async () => {
      const command = commandOf(mistake)
      const { exitCode, stdout, stderr, code } = await run(mistake, command)
      const text = places.normal(`$ workflow ${command}\n${stdout}${stderr}exit code ${exitCode}\n`)
      await expect(text).toMatchFileSnapshot(`mistakes/${mistake.name.replaceAll(' ', '-')}.txt`)
      expect(exitCode).toBe(mistake.exitCode)
      expect(code ?? text).toContain(mistake.code)
      expect(text).not.toMatch(/^ +at |wrong-one|hunter2/m)
    })
  }
})

test('submit ends with the words of plan, before anything is started', async () => {
  for (const mistake of MISTAKES.filter((one) => one.run === undefined && one.exitCode !== 0)) {
    const [planned, submitted] = [
      await run(mistake, 'plan -f migration.yaml'),
      await run(mistake, 'submit -f migration.yaml'),
    ]
    expect(submitted, mistake.name).toEqual(planned)
  }
  expect(existsSync(join(places.folder, 'state'))).toBe(false)
})

test('a version that the cluster has is no mistake, however much of it is written', async () => {
  for (const version of ['ES 7.10.2', '7.10', '7.10.2']) {
    const right = { name: version, code: '', exitCode: 0, edit: (text: string) => text.replace('7.10.2', version) }
    expect((await run(right, 'plan -f migration.yaml')).stdout, version).not.toContain('Warnings')
  }
  for (const version of ['7.1', 'OS 2.11.0']) {
    const wrong = { name: version, code: '', exitCode: 0, edit: (text: string) => text.replace('7.10.2', version) }
    expect((await run(wrong, 'plan -f migration.yaml')).stdout, version).toContain('then correct or remove version')
  }
})
