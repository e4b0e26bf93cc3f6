import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BulkBody, type BulkTarget } from '../../../src/cluster/bulk-body.ts'

const source = Buffer.from('{"a":1}')

function build(maxBytes = 1_000_000, maxDocs = 1000): BulkBody {
  return new BulkBody({ maxBytes, maxDocs, op: 'index' })
}

function lines(body: BulkBody): string[] {
  return Buffer.from(body.bytes()).toString('utf8').split('\n')
}

function add(body: BulkBody, target: BulkTarget, bytes: Uint8Array = source): boolean {
  return body.add(target, bytes, 0, bytes.length)
}

describe('a bulk body', () => {
  test('has an action line and the bytes of the document for each one', () => {
    const body = build()
    expect(body.add({ index: 'logs', id: '1' }, Buffer.from('xx{"a":1}yy'), 2, 9)).toBe(true)
    add(body, { index: 'logs', id: '2', routing: 'r', type: 'doc' })
    expect(lines(body)).toEqual([
      '{"index":{"_index":"logs","_id":"1"}}',
      '{"a":1}',
      '{"index":{"_index":"logs","_type":"doc","_id":"2","routing":"r"}}',
      '{"a":1}',
      '',
    ])
    expect(body.byteLength).toBe(body.bytes().length)
  })

  test('lets an id write itself, and leaves room for it', () => {
    const body = build(320)
    const write = (buffer: Uint8Array, at: number): number => {
      buffer.set(Buffer.from('a-b_c'), at)
      return at + 5
    }
    while (body.add({ index: 'i', id: { bound: 200, write } }, source, 0, source.length)) continue
    expect(lines(body)).toEqual([
      '{"index":{"_index":"i","_id":"a-b_c"}}',
      '{"a":1}',
      '{"index":{"_index":"i","_id":"a-b_c"}}',
      '{"a":1}',
      '',
    ])
    expect(body.target(1)).toEqual({ index: 'i', id: 'a-b_c' })
  })

  test('takes only what fits its documents and its bytes, but always one document', () => {
    const two = build(1_000_000, 2)
    expect([1, 2, 3].map((id) => add(two, { index: 'i', id: `${id}` }))).toEqual([true, true, false])
    const small = build(150)
    const large = Buffer.alloc(10_000, 0x20)
    expect(add(small, { index: 'i', id: '1' }, large)).toBe(true)
    expect(add(small, { index: 'i', id: '2' })).toBe(false)
    expect(small.docs).toBe(1)
  })

  test('never passes its bytes with more than one document', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 40 }), (ids) => {
        const body = build(400)
        for (const id of ids) add(body, { index: 'i', id, routing: id })
        expect(body.docs <= 1 || body.byteLength <= 400).toBe(true)
      }),
    )
  })

  test('escapes any id and routing so that they read back as they were', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 20 }), (targets) => {
        const body = build()
        for (const [index, id, routing] of targets) add(body, { index, id, routing })
        const actions = lines(body).filter((line) => line.startsWith('{"index"'))
        for (const [at, [index, id, routing]] of targets.entries()) {
          expect(JSON.parse(actions[at]!)).toEqual({ index: { _index: index, _id: id, routing } })
          expect(body.target(at)).toEqual({ index, id, routing })
          expect(Buffer.from(body.source(at)).toString()).toBe('{"a":1}')
        }
      }),
    )
  })

  test('writes quotes, control characters, 512-byte and non-BMP ids exactly', () => {
    for (const id of ['"', '\\', '\n\u0000\u007f', 'é', '日'.repeat(170) + 'ab', '👩‍👩‍👧', ' ', 'a'.repeat(512)]) {
      const body = build()
      add(body, { index: 'i', id })
      expect(lines(body)[0]).toBe(`{"index":{"_index":"i","_id":${JSON.stringify(id)}}}`)
    }
  })

  test('is empty after clear and keeps nothing of what was in it', () => {
    const body = build()
    for (let id = 0; id < 500; id++) add(body, { index: 'i', id: `${id}` })
    body.clear()
    expect([body.docs, body.byteLength, body.bytes().length]).toEqual([0, 0, 0])
    add(body, { index: 'j', id: 'x' })
    expect(lines(body)).toEqual(['{"index":{"_index":"j","_id":"x"}}', '{"a":1}', ''])
  })

  test('gives back any range of its documents', () => {
    const body = build()
    for (let id = 0; id < 5; id++) add(body, { index: 'i', id: `${id}` })
    const range = Buffer.from(body.range(1, 3)).toString()
    expect(range).toBe('{"index":{"_index":"i","_id":"1"}}\n{"a":1}\n{"index":{"_index":"i","_id":"2"}}\n{"a":1}\n')
    expect(body.range(0, 5).length).toBe(body.byteLength)
  })

  test('holds more documents than it first made room for', () => {
    const body = build(10_000_000, 20_000)
    for (let id = 0; id < 20_000; id++) expect(add(body, { index: 'i', id: `${id}` })).toBe(true)
    expect(body.target(19_999).id).toBe('19999')
    expect(lines(body)).toHaveLength(40_001)
  })

  test('of op create says create', () => {
    const body = new BulkBody({ maxBytes: 1000, maxDocs: 1, op: 'create' })
    add(body, { index: 'i', id: '1' })
    expect(lines(body)[0]).toBe('{"create":{"_index":"i","_id":"1"}}')
    expect(body.target(0)).toEqual({ index: 'i', id: '1' })
  })
})
