import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readGetAnswer } from '../../../src/cluster/get-answer.ts'

function texts(answer: string): unknown {
  return readGetAnswer(Buffer.from(answer))?.map((document) =>
    document.kind === 'found' ? document.source && Buffer.from(document.source).toString('utf8') : document.kind,
  )
}

describe('an answer to _mget', () => {
  test('gives each source byte for byte, in order', () => {
    const first = '{"n": 1.50,"s":"a \\"_source\\": } ]","l":[{},[]]}'
    const head = '"_index":"i","_id":"\\"_source\\":{","_version":1'
    expect(
      texts(
        `{"docs":[{${head},"found":true,"_source":${first}},{${head},"found":false},{${head},"found":true}, {"found":true,"_source":{}}]}`,
      ),
    ).toEqual([first, 'missing', undefined, '{}'])
  })

  test('gives a source with comments and bare names as the target holds it', () => {
    const sources = [
      '{"a":1, /* "x": } */ "o":{"x":1}}',
      '{"a":"/*", // "until": ] the line ends\n"b":[1]}',
      '/* before */ {a:NaN}',
      '\ufeff{"a":1}',
    ]
    const docs = [...sources, '{} /* behind */'].map((source) => `{"_id":"1","found":true,"_source":${source}}`)
    expect(texts(`{"docs":[${docs.join(',')}]}`)).toEqual([...sources, '{}'])
    for (const cut of ['{"docs":[1, /* ', '{"docs":[ / 1]}', '{"docs":[{"a":// 1}]}'])
      expect(texts(cut)).toBeUndefined()
  })

  test('takes a missing index for missing documents, and other errors for what they are', () => {
    const error = (type: string): string => `{"_id":"1","error":{"type":"${type}","reason":"no"}}`
    expect(texts(`{"docs":[${error('index_not_found_exception')},${error('no_shard_available')}]}`)).toEqual([
      'missing',
      'failed',
    ])
  })

  test('that was cut short or is something else is none', () => {
    const whole = '{"docs":[{"_id":"1","found":true,"_source":{"a":[1,"x\\"y"]}}]}'
    expect(texts(whole)).toHaveLength(1)
    for (let length = 0; length < whole.length; length++) expect(texts(whole.slice(0, length))).toBeUndefined()
    expect(texts('<html>')).toBeUndefined()
    expect(texts('{"took":1}')).toBeUndefined()
    expect(texts('{"docs":1}')).toBeUndefined()
  })

  test('reads whatever JSON a source holds', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), fc.boolean(), (sources, pretty) => {
        const docs = sources.map((_source) => ({ _id: 'x', found: true, _source }))
        const text = JSON.stringify({ docs }, undefined, pretty ? 2 : undefined)
        const read = readGetAnswer(Buffer.from(text))?.map((document) =>
          document.kind === 'found'
            ? (JSON.parse(Buffer.from(document.source!).toString('utf8')) as unknown)
            : undefined,
        )
        expect(read).toEqual(JSON.parse(JSON.stringify(sources)))
      }),
    )
  })
})
