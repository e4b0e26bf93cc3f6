import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { chooseJdk, findJdks, majorOfRelease } from '../../servers/jdk.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'jdk-test-')))
afterAll(() => rmSync(folder, { recursive: true }))

function installed(name: string, version: string, tools: readonly string[] = ['java', 'javac']): string {
  const home = join(folder, name)
  mkdirSync(join(home, 'bin'), { recursive: true })
  for (const tool of tools) writeFileSync(join(home, 'bin', tool), '')
  writeFileSync(join(home, 'release'), `IMPLEMENTOR="Nobody"\nJAVA_VERSION="${version}"\n`)
  return home
}

test('the major version is read from old and new version texts', () => {
  expect(majorOfRelease('JAVA_VERSION="1.8.0_402"')).toBe(8)
  expect(majorOfRelease('IMPLEMENTOR="x"\nJAVA_VERSION="17.0.15"\n')).toBe(17)
  expect(majorOfRelease('JAVA_VERSION="25"')).toBe(25)
  expect(majorOfRelease('')).toBeUndefined()
})

test('JDKs are found by variables, in the usual folders and on the PATH, each once', () => {
  const named = installed('named', '17.0.1')
  const general = installed('general', '21.0.2')
  const usual = installed('usual/jdk-25', '25.0.1')
  const onPath = installed('on-path', '11.0.9')
  mkdirSync(join(folder, 'bin'))
  symlinkSync(join(onPath, 'bin', 'java'), join(folder, 'bin', 'java'))
  symlinkSync(usual, join(folder, 'usual', 'default'))
  const env = { JAVA17_HOME: named, JAVA_HOME: general, PATH: `/nowhere:${join(folder, 'bin')}` }
  expect(findJdks(env, [join(folder, 'usual'), join(folder, 'absent')])).toEqual([
    { home: named, major: 17 },
    { home: general, major: 21 },
    { home: usual, major: 25 },
    { home: onPath, major: 11 },
  ])
})

test('an installation without compiler does not count', () => {
  expect(findJdks({ JAVA_HOME: installed('runtime-only', '17.0.1', ['java']) }, [])).toEqual([])
})

test('the oldest JDK in the range is chosen, and none outside it', () => {
  const found = [17, 25, 21, 26].map((major) => ({ home: `/jdk-${major}`, major }))
  expect(chooseJdk({ oldest: 18, newest: 25 }, found)?.major).toBe(21)
  expect(chooseJdk({ oldest: 17, newest: 17 }, found)?.major).toBe(17)
  expect(chooseJdk({ oldest: 8, newest: 11 }, found)).toBeUndefined()
})
