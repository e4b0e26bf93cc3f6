import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { chooseEngine, environmentEngine } from '../../../src/cli/choose-engine.ts'
import { currentChoice } from '../../../src/cli/open-engine.ts'
import { fakeWorld, runCli } from './world.ts'

describe('the engine', () => {
  test('is the one that the configuration asks for, in its namespace', () => {
    const world = { env: { WORKFLOW_ENGINE: 'local' } }
    expect(chooseEngine(world, { engine: 'argo', namespace: 'shop' })).toEqual({ kind: 'argo', namespace: 'shop' })
  })

  test('is the one that the command line asks for, whatever the configuration says', () => {
    const world = { env: { WORKFLOW_ENGINE: 'local' }, where: { engine: 'argo' } } as const
    expect(chooseEngine(world, { engine: 'local', namespace: 'shop' })).toEqual({ kind: 'argo', namespace: 'shop' })
    expect(environmentEngine(world)).toEqual({ kind: 'local' })
  })

  test('is the one that the environment names', () => {
    expect(chooseEngine({ env: { WORKFLOW_ENGINE: 'argo' } }, {})).toEqual({ kind: 'argo' })
    expect(chooseEngine({ env: { WORKFLOW_ENGINE: 'argo' } }, { engine: 'local' })).toEqual({ kind: 'local' })
  })

  test('is local on a machine that is no pod, and in a pod without a service account', () => {
    expect(environmentEngine({ env: {} })).toEqual({ kind: 'local' })
    expect(environmentEngine({ env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } })).toEqual({ kind: 'local' })
  })

  test('is not guessed from a word that names none', async () => {
    expect(() => environmentEngine({ env: { WORKFLOW_ENGINE: 'agro' } })).toThrow("local or argo, not 'agro'")
    const { exitCode, stderr } = await runCli(['status', '--engine', 'agro'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('Allowed choices are local, argo')
  })

  test('of a command with --file is that of this file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'choose-engine-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'shop.yaml'), 'engine: argo\nnamespace: shop\n')
    const env = { WORKFLOW_HOME: folder }
    const choice = await currentChoice(fakeWorld({ env, cwd: folder, where: { file: 'shop.yaml' } }))
    expect(choice).toEqual({ kind: 'argo', namespace: 'shop' })
    const missing = await runCli(['status', '--file', 'shopp.yaml'], { env, cwd: folder })
    expect(missing).toMatchObject({ exitCode: 2, code: 'CONFIG_MISSING' })
    expect(missing.stderr).toContain(join(folder, 'shopp.yaml'))
  })
})
