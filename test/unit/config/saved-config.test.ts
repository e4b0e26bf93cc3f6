import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clearSavedConfig, previousConfigs, readSavedConfig, saveConfig } from '../../../src/config/saved-config.ts'
import { GOOD } from './mistakes.ts'

let root: string
let folder: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'saved-config-'))
  folder = join(root, 'state')
})
afterEach(async () => {
  await rm(root, { recursive: true, force: true })
})

function version(number: number): string {
  return GOOD.replace('orders-*', `orders-${number}`)
}

async function history(): Promise<string[]> {
  return Promise.all((await previousConfigs(folder)).map(({ path }) => readFile(path, 'utf8')))
}

describe('the saved configuration', () => {
  test('is absent at first, then the last valid text', async () => {
    expect(await readSavedConfig(folder)).toBeUndefined()
    expect(await previousConfigs(folder)).toEqual([])
    const { config, diagnostics } = await saveConfig(folder, GOOD)
    expect(config?.migrations).toHaveLength(1)
    expect(diagnostics).toEqual([])
    expect(await readSavedConfig(folder)).toBe(GOOD)
  })

  test('stays as it is when the new text has errors', async () => {
    await saveConfig(folder, GOOD)
    const { config, diagnostics } = await saveConfig(folder, GOOD.replace('indices', 'indicies'))
    expect(config).toBeUndefined()
    expect(diagnostics.map(({ code }) => code)).toEqual(['CFG_UNKNOWN_KEY'])
    expect(await readSavedConfig(folder)).toBe(GOOD)
    expect(await readdir(folder)).toEqual(['config.yaml'])
  })

  test('is not even created by a text with errors', async () => {
    await saveConfig(folder, 'migrations: []\n')
    await expect(stat(folder)).rejects.toThrow('ENOENT')
  })

  test('is for the eyes of its owner only, as are its previous versions', async () => {
    await saveConfig(folder, version(1))
    await chmod(join(folder, 'config.yaml'), 0o644)
    await saveConfig(folder, version(2))
    const [previous] = await previousConfigs(folder)
    for (const path of [join(folder, 'config.yaml'), previous!.path])
      expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  test('leaves the last twenty versions, newest first', async () => {
    for (let number = 1; number <= 25; number++) await saveConfig(folder, version(number))
    expect(await history()).toEqual(Array.from({ length: 20 }, (_, index) => version(24 - index)))
    expect(await readSavedConfig(folder)).toBe(version(25))
  })

  test('keeps no version of a text that did not change', async () => {
    await saveConfig(folder, GOOD)
    await saveConfig(folder, GOOD)
    expect(await history()).toEqual([])
  })

  test('stays among the previous ones when it is cleared', async () => {
    await saveConfig(folder, GOOD)
    expect(await clearSavedConfig(folder)).toBe(true)
    expect(await readSavedConfig(folder)).toBeUndefined()
    expect(await history()).toEqual([GOOD])
    expect(await clearSavedConfig(folder)).toBe(false)
  })

  test('leaves no temporary files behind', async () => {
    for (let number = 1; number <= 3; number++) await saveConfig(folder, version(number))
    expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('a folder that cannot be written is STATE_UNWRITABLE', async () => {
    await writeFile(join(root, 'file'), '')
    await expect(saveConfig(join(root, 'file', 'state'), GOOD)).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' })
    // Here a file is where the previous versions go.
    await saveConfig(folder, GOOD)
    await writeFile(join(folder, 'config-history'), '')
    await expect(saveConfig(folder, version(2))).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' })
    expect(await readSavedConfig(folder)).toBe(GOOD)
  })
})
