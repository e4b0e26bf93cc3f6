import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openStore } from '../../../../src/blob/open-store.ts'
import { memorySource, readAll, type ByteSource } from '../../../../src/core/byte-source.ts'
import { isFailure } from '../../../../src/core/failure.ts'
import { readCommit } from '../../../../src/lucene/commit.ts'
import { openTermCounts } from '../../../../src/lucene/term-counts.ts'
import { openTermVectors } from '../../../../src/lucene/term-vectors.ts'
import { openSegment, type Segment } from '../../../../src/lucene/segment.ts'
import { openRepository } from '../../../../src/repository/open.ts'
import { listFixtures } from '../../../fixtures/load.ts'

const signal = new AbortController().signal

type Changes = Readonly<Record<string, (bytes: Buffer) => void>>

/** The first segment of an index of a fixture, with other bytes in some files. */
async function segmentOf(fixture: string, index: string, changes: Changes = {}): Promise<Segment> {
  const { path } = listFixtures().find(({ name }) => name === fixture)!.repositories[0]!
  const snapshot = await (await openRepository(await openStore(path), signal)).snapshot('snap-1', signal)
  const { directory } = await snapshot.shard(index, 0, signal)
  const [commit] = (await readCommit(directory, signal)).segments
  const segment = await openSegment(directory, commit!, signal)
  const changed = new Map<string, ByteSource>()
  for (const [part, change] of Object.entries(changes)) {
    const bytes = Buffer.from(await readAll(segment.file(part), 1 << 24, signal))
    change(bytes)
    changed.set(part, memorySource(`${segment.name}${part}`, bytes))
  }
  return { ...segment, file: (part) => changed.get(part) ?? segment.file(part) }
}

/** Writes the checksum of what comes before it, as a writer of such a file would have done. */
function sealed(change: (bytes: Buffer) => void): (bytes: Buffer) => void {
  return (bytes) => {
    change(bytes)
    bytes.writeBigInt64BE(BigInt(crc32(bytes.subarray(0, bytes.length - 8))), bytes.length - 8)
  }
}

/** All that a reader finds in small windows, and in the order of these. */
async function read(kind: 'tokens' | 'counts', changes: Changes = {}, size = 7): Promise<string[]> {
  const [fixture, index, name] = kind === 'tokens' ? TOKENS : COUNTS
  const segment = await segmentOf(fixture, index, changes)
  const field = segment.fields.byName.get(name)!
  const found: string[] = []
  if (kind === 'tokens') {
    const vectors = await openTermVectors(segment, field, signal)
    for (const [from, to] of windows(segment.maxDoc, size)) {
      const { starts, terms, frequencies } = await vectors.window(from, to, signal)
      for (let doc = from; doc < to; doc++) {
        const texts: string[] = []
        for (let at = starts[doc - from]!; at < starts[doc - from + 1]!; at++)
          texts.push(`${Buffer.from(terms[at]!).toString('utf8')}=${frequencies[at]}`)
        found.push(texts.join(';'))
      }
    }
    return found
  }
  const column = await openTermCounts(segment, field, signal)
  for (const [from, to] of windows(segment.maxDoc, size)) {
    const { starts, values } = await column.window(from, to, signal)
    for (let doc = from; doc < to; doc++) found.push(values.slice(starts[doc - from], starts[doc - from + 1]).join(';'))
  }
  return found
}

function windows(maxDoc: number, size: number): [number, number][] {
  return Array.from({ length: Math.ceil(maxDoc / size) }, (_, at) => [at * size, Math.min((at + 1) * size, maxDoc)])
}

const TOKENS = ['es-9.5.3', 'sparse_vectors', 'weights'] as const
const COUNTS = ['es-8.19.0', 'counted', '_doc_count'] as const
const POSTINGS = '_ES812Postings_0'

async function failureOf(kind: 'tokens' | 'counts', changes: Changes): Promise<string> {
  try {
    await read(kind, changes)
  } catch (error) {
    if (isFailure(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'nothing was wrong'
}

describe.each(['tokens', 'counts'] as const)('%s', (kind) => {
  test('are the same in small windows and in one', async () => {
    const all = await read(kind, {}, 1 << 20)
    expect(all.filter((text) => text !== '').length).toBeGreaterThan(50)
    expect(all).toContain('')
    expect(await read(kind)).toEqual(all)
  })
})

test('counts can be read again from the beginning', async () => {
  const segment = await segmentOf(...[COUNTS[0], COUNTS[1]])
  const column = await openTermCounts(segment, segment.fields.byName.get('_doc_count')!, signal)
  const first = await column.window(0, 300, signal)
  await column.window(600, 610, signal)
  expect(await column.window(0, 300, signal)).toEqual(first)
})

const rename = (from: string, to: string): ((bytes: Buffer) => void) =>
  sealed((bytes) => void bytes.write(to, bytes.indexOf(from), 'latin1'))
const versioned = (codec: string): ((bytes: Buffer) => void) =>
  sealed((bytes) => void bytes.writeInt32BE(99, bytes.indexOf(codec) + codec.length))
const flip = (bytes: Buffer): void => void (bytes[bytes.length >> 1]! ^= 0x55)

describe('files of a form that is not known are refused', () => {
  test.each([
    ['tokens', '.tvd', rename('Lucene90Term', 'Lucene99Term'), "unknown format 'Lucene99TermVectorsData'"],
    ['tokens', '.tvd', versioned('Lucene90TermVectorsData'), 'Lucene90TermVectorsData version 99'],
    ['tokens', '.tvm', versioned('Lucene90TermVectorsIndexMeta'), 'Lucene90TermVectorsIndexMeta version 99'],
    ['tokens', '.tvx', versioned('Lucene90TermVectorsIndexIdx'), 'Lucene90TermVectorsIndexIdx version 99'],
    ['counts', `${POSTINGS}.tmd`, versioned('BlockTreeTermsMeta'), 'BlockTreeTermsMeta version 99'],
    ['counts', `${POSTINGS}.tmd`, versioned('ES812PostingsWriterTerms'), 'ES812PostingsWriterTerms version 99'],
    ['counts', `${POSTINGS}.doc`, versioned('ES812PostingsWriterDoc'), 'ES812PostingsWriterDoc version 99'],
  ] as const)('%s in %s', async (kind, part, change, detail) => {
    const failure = await failureOf(kind, { [part]: change })
    expect(failure).toMatch(/^FORMAT_UNSUPPORTED: /)
    expect(failure).toContain(detail)
  })

  test('postings of later formats, by their name', async () => {
    const segment = await segmentOf(COUNTS[0], COUNTS[1])
    const field = segment.fields.byName.get('_doc_count')!
    const attributes = new Map([...field.attributes, ['PerFieldPostingsFormat.format', 'Lucene103']])
    await expect(openTermCounts(segment, { ...field, attributes }, signal)).rejects.toThrow("in format 'Lucene103'")
  })
})

describe('damaged files fail', () => {
  test.each([
    ['tokens', '.tvd', flip],
    ['tokens', '.tvm', flip],
    ['tokens', '.tvx', flip],
    ['counts', `${POSTINGS}.tmd`, flip],
    ['counts', `${POSTINGS}.tim`, flip],
    ['counts', `${POSTINGS}.doc`, flip],
  ] as const)('%s with a flipped byte in %s', async (kind, part, change) => {
    expect(await failureOf(kind, { [part]: change })).toMatch(/^BLOB_CORRUPT: .*(checksum|belongs to segment)/)
  })

  test.each([
    ['tokens', '.tvd'],
    ['counts', `${POSTINGS}.tim`],
    ['counts', `${POSTINGS}.doc`],
  ] as const)('%s with any byte of %s changed and the checksum made to fit: never a crash', async (kind, part) => {
    const [fixture, index] = kind === 'tokens' ? TOKENS : COUNTS
    const { length } = (await segmentOf(fixture, index)).file(part)
    for (let round = 0; round < 60; round++) {
      const at = 60 + ((round * 7919) % (length - 76))
      const change = sealed((bytes) => void (bytes[at]! ^= 1 << (round % 8)))
      expect(await failureOf(kind, { [part]: change })).toMatch(/^(BLOB_CORRUPT|FORMAT_UNSUPPORTED|nothing)/)
    }
  })
})
