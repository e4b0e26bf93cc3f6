import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const packageJson = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}
const [atRunTime, forDevelopment] = read('docs/dependencies.md').split('## For development') as [string, string]

test('docs/dependencies.md has a line for each dependency at run time, and for no other', () => {
  const named = [...atRunTime.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1])
  expect(named).toEqual(Object.keys(packageJson.dependencies))
})

test('docs/dependencies.md names each dependency of development', () => {
  const named = [...forDevelopment.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)
  expect(named.toSorted()).toEqual(Object.keys(packageJson.devDependencies).toSorted())
})

test('every version is exact', () => {
  for (const [name, version] of Object.entries({ ...packageJson.dependencies, ...packageJson.devDependencies })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
  }
})
