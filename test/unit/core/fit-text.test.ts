import { describe, expect, test } from 'vitest'
import { fitText } from '../../../src/core/fit-text.ts'
import { textWidth } from '../../../src/core/text-width.ts'

describe('a text that is fitted', () => {
  test.each([
    ['a sentence of six short words', 12, 'a sentence\nof six short\nwords'],
    ['Hint: look at the log of it', 16, 'Hint: look at\n  the log of it'],
    ['  indented words go on', 14, '  indented\n    words go\n    on'],
    ['  ✗ disk is full of files', 14, '  ✗ disk is\n    full of\n    files'],
    ['  75  temporary, try again', 18, '  75  temporary,\n      try again'],
  ])('%j in %i columns', (text, columns, expected) => {
    expect(fitText(text, columns)).toBe(expected)
  })

  test('keeps words that are wider than a line whole, and lines that fit as they are', () => {
    const address = 'https://a-very-long-host.example:9200/path'
    expect(fitText(`at ${address} it\nfits  as it is`, 20)).toBe(`at\n${address}\nit\nfits  as it is`)
    expect(fitText(address, Infinity)).toBe(address)
  })

  test('counts columns of a terminal, not characters', () => {
    expect(textWidth('\u001b[31m✗\u001b[0m 数据 📋')).toBe(9)
    expect(fitText('数据 数据 数据', 9)).toBe('数据 数据\n数据')
  })
})
