import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textDiff } from '../../../src/report/text-diff.ts'

test('a changed line is shown as going and coming, with three lines around it', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\n'
  expect(textDiff(before, before.replace('e', 'E'))).toBe('@@ line 2 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n')
})

test('changes far from each other are shown apart', () => {
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`)
  const after = lines.map((text, at) => (at === 1 || at === 25 ? `${text}!` : text))
  const diff = textDiff(lines.join('\n'), after.join('\n'))
  expect(diff.match(/^@@.*/gm)).toEqual(['@@ line 1 @@', '@@ line 23 @@'])
})

test('equal texts have no difference', () => {
  expect(textDiff('a\nb\n', 'a\nb\n')).toBe('')
})

test('what goes and comes makes the one text the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      const all = [...before, 'x', ...after]
      const lines = textDiff([...before, ''].join('\n'), [...after, ''].join('\n')).split('\n')
      const going = lines.filter((line) => line.startsWith('-')).length
      const coming = lines.filter((line) => line.startsWith('+')).length
      expect(before.length - going).toBe(after.length - coming)
      expect(going + coming).toBeLessThanOrEqual(all.length - 1)
      expect(going + coming === 0).toBe(before.join() === after.join())
    }),
  )
})
