import { describe, expect, test } from 'vitest'
import { removeValue, replaceKey, setValue } from '../../../src/config/edit.ts'

const TEXT = `# clusters
sourceClusters:
  shop:   # the old one
    endpoint: https://shop.example:9200   # moved in May
    authConfig:
      basic:
        username: reader
        password: "hunter2"   # to be moved

migrations:
  # all of it
  - sourceCluster: shop
    snapshotMigrations:
      - indices: ["a-*", b]
        documentBackfill: {workers: 2}
`

/** The lines that an edit changed, removed (-) and added (+). */
function changed(after: string): string[] {
  const [before, now] = [TEXT.split('\n'), after.split('\n')]
  return [
    ...before.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !before.includes(line)).map((line) => `+${line}`),
  ]
}

describe('a value is set', () => {
  test('in place of another one, and every other byte stays', () => {
    const after = setValue(TEXT, ['sourceClusters', 'shop', 'endpoint'], 'https://new.example')
    expect(after).toBe(TEXT.replace('https://shop.example:9200', 'https://new.example'))
  })

  test('inside a list and a map in braces', () => {
    const path = ['migrations', '0', 'snapshotMigrations', '0', 'documentBackfill', 'workers']
    expect(setValue(TEXT, path, 8)).toBe(TEXT.replace('workers: 2', 'workers: 8'))
  })

  test('with quotes where YAML would read it as something else', () => {
    const at = ['sourceClusters', 'shop', 'endpoint']
    for (const value of ['7.10', 'true', '*', '@x', 'a: b', 'a #b', ' a', 'null', '{a}', 'a,b', '', 'line\nbreak']) {
      const after = setValue(setValue(TEXT, at, value), ['sourceClusters', 'shop', 'version'], value)
      expect(after).toContain('# moved in May')
      expect(setValue(after, at, 'https://shop.example:9200')).not.toBe(after)
    }
  })

  test('where there was none, with the comments around it kept', () => {
    const after = setValue(TEXT, ['sourceClusters', 'shop', 'tls', 'verify'], false)
    expect(after).toContain('    tls:\n      verify: false\n')
    for (const comment of ['# clusters', '# the old one', '# moved in May', '# to be moved', '# all of it']) {
      expect(after).toContain(comment)
    }
    expect(after).toContain('indices: ["a-*", b]\n        documentBackfill: {workers: 2}')
  })
})

test('a key is removed with its comment and nothing else is lost', () => {
  const after = removeValue(TEXT, ['sourceClusters', 'shop', 'authConfig'])
  expect(after).not.toMatch(/authConfig|hunter2|to be moved/)
  expect(after).toMatch(/# clusters[^]*# the old one[^]*# moved in May[^]*# all of it/)
})

test('removing what is not there changes nothing', () => {
  expect(removeValue(TEXT, ['sourceClusters', 'shop', 'tls'])).toBe(TEXT)
})

test('an inline password becomes a reference in place', () => {
  const path = ['sourceClusters', 'shop', 'authConfig', 'basic', 'password']
  expect(changed(replaceKey(TEXT, path, 'passwordFromFile', '/run/secrets/shop')!)).toEqual([
    '-        password: "hunter2"   # to be moved',
    '+        passwordFromFile: /run/secrets/shop   # to be moved',
  ])
})

test('a password of several lines is replaced as a whole', () => {
  const text = 'a:\n  password: |\n    one\n    two\n  username: x\n'
  expect(replaceKey(text, ['a', 'password'], 'passwordFromFile', '/f')).toBe(
    'a:\n  passwordFromFile: /f\n  username: x\n',
  )
})

test('only YAML can be edited', () => {
  expect(() => setValue('a: [', ['a'], 1)).toThrow('only a text that is YAML can be edited')
})

test('a key without a single value of its own is not replaced', () => {
  expect(replaceKey(TEXT, ['migrations'], 'x', 'y')).toBeUndefined()
  expect(replaceKey('a: &a { password: x }\nb: { <<: *a }\n', ['b', 'password'], 'x', 'y')).toBeUndefined()
})

test('a key that is reached through an alias is replaced where it stands', () => {
  expect(replaceKey('a: &a { password: x }\nb: *a\n', ['b', 'password'], 'file', '/f')).toBe(
    'a: &a { file: /f }\nb: *a\n',
  )
})
