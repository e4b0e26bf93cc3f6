import { expect, test } from 'vitest'
import { RECIPES, recipeOf } from '../../servers/recipes.ts'

test('a full version and the beginning of one find the recipe', () => {
  expect(recipeOf('elasticsearch', '7.10').version).toBe('7.10.2')
  expect(recipeOf('elasticsearch', '7.10.2').version).toBe('7.10.2')
  expect(recipeOf('opensearch', '2.19').version).toBe('2.19.4')
})

test('the beginning of several versions finds the newest', () => {
  expect(recipeOf('elasticsearch', '7').version).toBe('7.17.29')
  expect(recipeOf('opensearch', '2').version).toBe('2.19.4')
})

test('a version is not found by a part of a number, nor in the other distribution', () => {
  expect(() => recipeOf('elasticsearch', '7.1')).toThrow('there is no recipe for this version')
  expect(() => recipeOf('opensearch', '7.10')).toThrow(
    'Known versions of opensearch: 1.3.14, 2.11.1, 2.19.1, 2.19.4, 3.8.0.',
  )
})

test('every server has a recipe of its own, oldest first', () => {
  const versions = (distribution: string): string[] =>
    RECIPES.filter((recipe) => recipe.distribution === distribution).map((recipe) => recipe.version)
  for (const distribution of ['elasticsearch', 'opensearch']) {
    const names = versions(distribution)
    const order = new Intl.Collator('en', { numeric: true })
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(names.toSorted(order.compare))
  }
})

test('a module that extends another is loaded with it', () => {
  for (const recipe of RECIPES) {
    const names = recipe.modules.map((module) => module.name)
    expect(new Set(names).size).toBe(names.length)
    for (const module of recipe.modules) if (module.extends !== undefined) expect(names).toContain(module.extends)
  }
})
