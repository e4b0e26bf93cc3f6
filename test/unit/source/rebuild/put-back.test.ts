import { describe, expect, test } from 'vitest'
import { putBack, type Addition, type Member } from '../../../../src/source/rebuild/put-back.ts'

const member = (path: string, text: string): Member => ({ path: path.split('.'), text })
const addition = (...members: readonly Member[]): Addition => ({ members, nested: [] })

function result(
  source: string,
  added: Addition,
): { json: string; dotted: readonly string[]; unplaced: readonly string[] } {
  const { json, ...rest } = putBack(Buffer.from(source), added, 'source')
  return { json: Buffer.from(json).toString('utf8'), ...rest }
}

describe('values put into a source', () => {
  test.each([
    [
      'come first, and the text of the rest stays as it was',
      '{"k": 1.50, "n": 12345678901234567890}',
      'v',
      '{"v":7,"k": 1.50, "n": 12345678901234567890}',
    ],
    ['stand alone in an empty object', '{ }', 'v', '{"v":7 }'],
    ['make the objects around them', '{"a":1}', 'o.p.v', '{"a":1,"o":{"p":{"v":7}}}'],
    ['join the members of an object', '{"o":{"a":1}}', 'o.v', '{"o":{"a":1,"v":7}}'],
    ['join an object under a name with dots', '{"o.p":{"a":1}}', 'o.p.v', '{"o.p":{"a":1,"v":7}}'],
    ['join the only object of a list', '{"o":[{"a":1}]}', 'o.v', '{"o":[{"a":1,"v":7}]}'],
    ['leave alone what is there', '{"o":{"v":9}}', 'o.v', '{"o":{"v":9}}'],
    ['leave alone what is there under a name with dots', '{"o.v":9}', 'o.v', '{"o.v":9}'],
    ['leave alone what any object of a list has', '{"o":[{"a":1},{"v":9}]}', 'o.v', '{"o":[{"a":1},{"v":9}]}'],
    [
      'keep every digit',
      '{"o":{"a":-0.0,"n":12345678901234567890}}',
      'o.v',
      '{"o":{"a":-0.0,"n":12345678901234567890,"v":7}}',
    ],
  ])('%s', (_, source, path, expected) => {
    expect(result(source, addition(member(path, '7')))).toEqual({ json: expected, dotted: [], unplaced: [] })
  })

  test('go beside a list of several objects, since nothing tells which one they were in', () => {
    expect(result('{"o":[{"a":1},{"a":2}]}', addition(member('o.v', '[3,4]')))).toEqual({
      json: '{"o":[{"a":1},{"a":2}],"o.v":[3,4]}',
      dotted: ['o.v'],
      unplaced: [],
    })
  })

  test('a source that lacks nothing stays the very bytes it was', () => {
    const source = Buffer.from('{"v": 1}')
    expect(putBack(source, addition(member('v', '2')), 'source').json).toBe(source)
    expect(putBack(source, addition(), 'source').json).toBe(source)
  })
})

describe('values put into nested objects', () => {
  const nested = (isWhole: boolean, ...texts: (string | undefined)[]): Addition => ({
    members: [],
    nested: [
      {
        path: ['n'],
        isWhole,
        objects: texts.map((text) => addition(...(text === undefined ? [] : [member('v', text)]))),
      },
    ],
  })

  test('go into them in their order, in lists of lists as well', () => {
    expect(result('{"n":[{"a":1},null,[{"a":2},{}]]}', nested(false, '1', undefined, '3')).json).toBe(
      '{"n":[{"a":1,"v":1},null,[{"a":2},{"v":3}]]}',
    )
  })

  test('go into the only one, which is no list', () => {
    expect(result('{"n":{"a":1}}', nested(false, '5')).json).toBe('{"n":{"a":1,"v":5}}')
  })

  test('are not put into other objects than those of the index', () => {
    const source = '{"n":[{"a":1}]}'
    expect(result(source, nested(false, '1', '2'))).toEqual({ json: source, dotted: [], unplaced: ['n'] })
    expect(result('{"a":1}', nested(false, '1'))).toEqual({ json: '{"a":1}', dotted: [], unplaced: ['n'] })
  })

  test('make the objects when they were taken out as a whole', () => {
    expect(result('{"a":1}', nested(true, '1', '2')).json).toBe('{"a":1,"n":[{"v":1},{"v":2}]}')
    expect(result('{"a":1}', nested(true, '1')).json).toBe('{"a":1,"n":{"v":1}}')
  })
})
