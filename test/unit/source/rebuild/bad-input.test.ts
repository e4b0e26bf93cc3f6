import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openStore } from '../../../../src/blob/open-store.ts'
import type { JsonObject } from '../../../../src/codec/json-value.ts'
import { memorySource, readAll, type ByteSource } from '../../../../src/core/byte-source.ts'
import { isFailure } from '../../../../src/core/failure.ts'
import { readCommit } from '../../../../src/lucene/commit.ts'
import { segmentColumns } from '../../../../src/lucene/doc-values/segment-columns.ts'
import { openRepository } from '../../../../src/repository/open.ts'
import { readDocuments } from '../../../../src/source/read-documents.ts'
import { openRebuilder } from '../../../../src/source/rebuild/open-rebuilder.ts'
import { missingReason } from '../../../../src/source/rebuild/rebuild-report.ts'
import type { Rebuilt, SegmentReport } from '../../../../src/source/rebuild/rebuilder.ts'
import { openSegmentSource, type SegmentSource } from '../../../../src/source/segment-source.ts'
import { listFixtures } from '../../../fixtures/load.ts'

const signal = new AbortController().signal

/** An index of synthetic sources whose documents have all fields, and one where they have not. */
const [ALL, SOME] = [
  { fixture: 'es-9.5.3', index: 'synthetic' },
  { fixture: 'os-3.8.0', index: 'derived' },
] as const

/** What is changed before the documents of the first segment of an index are rebuilt. */
interface Change {
  /** Default: the one whose documents have all fields. */
  readonly of?: typeof ALL | typeof SOME
  /** New mappings of fields at the top. */
  readonly properties?: JsonObject
  /** True to say that sources are switched off, so that nothing hinders a document that lacks fields. */
  readonly disabled?: boolean
  /** Files of the segment by the end of their names, with their new bytes. */
  readonly files?: Readonly<Record<string, (bytes: Buffer) => void>>
  /** True to go on behind a document that cannot be rebuilt, as a load does; it counts as an empty object. */
  readonly goOn?: boolean
}

interface Outcome {
  /** Why documents are left out, each reason once. */
  readonly reasons: readonly string[]
  readonly documents: readonly JsonObject[]
  readonly report: SegmentReport
}

async function rebuildChanged({ of = ALL, properties, disabled, files = {}, goOn }: Change): Promise<Outcome> {
  const { path } = listFixtures().find(({ name }) => name === of.fixture)!.repositories[0]!
  const snapshot = await (await openRepository(await openStore(path), signal)).snapshot('snap-1', signal)
  const metadata = await snapshot.index(of.index, signal)
  const { directory } = await snapshot.shard(of.index, 0, signal)
  const [commit] = (await readCommit(directory, signal)).segments
  const source = await withFiles((await openSegmentSource(directory, commit!, signal))!, files)
  const [{ type, mapping }] = metadata.mappings as [(typeof metadata.mappings)[number]]
  const changed = {
    ...mapping,
    properties: { ...(mapping['properties'] as JsonObject), ...properties },
    ...(disabled === true && { _source: { enabled: false } }),
  }
  const settings = disabled === true ? new Map<string, string>() : metadata.settings
  const index = { ...metadata, settings, mappings: [{ type, mapping: changed }] }
  const rebuilder = (await openRebuilder(source, index, 'rebuild', signal))!
  const reasons = new Set<string>()
  const documents: JsonObject[] = []
  const whole = { firstChunk: 0, endChunk: source.stored.chunkCount }
  for await (const batch of readDocuments(source, whole, undefined, {}, signal)) {
    await rebuilder.begin(batch, signal)
    for (let place = 0; place < batch.count; place++) {
      let rebuilt: Rebuilt
      try {
        rebuilt = rebuilder.rebuild(batch, place, undefined)
      } catch (error) {
        if (goOn !== true || !isFailure(error)) throw error
        documents.push({})
        continue
      }
      if ('missing' in rebuilt) reasons.add(missingReason(rebuilt.missing, false))
      else documents.push(JSON.parse(Buffer.from(rebuilt.json).toString('utf8')) as JsonObject)
    }
  }
  return { reasons: [...reasons], documents, report: rebuilder.report() }
}

/** The segment with other bytes in some files, so that its columns are read from them. */
async function withFiles(source: SegmentSource, changes: NonNullable<Change['files']>): Promise<SegmentSource> {
  const { segment } = source
  const changed = new Map<string, ByteSource>()
  for (const field of segment.fields.byName.values()) {
    const format = field.attributes.get('PerFieldDocValuesFormat.format')
    const suffix = field.attributes.get('PerFieldDocValuesFormat.suffix')
    for (const [end, change] of Object.entries(changes)) {
      const part = `_${format}_${suffix}${end}`
      if (format === undefined || changed.has(part)) continue
      const bytes = Buffer.from(await readAll(segment.file(part), 1 << 24, signal))
      change(bytes)
      changed.set(part, memorySource(`${segment.name}${part}`, bytes))
    }
  }
  const patched = { ...segment, file: (part: string) => changed.get(part) ?? segment.file(part) }
  return { ...source, segment: patched, columns: segmentColumns(patched) }
}

/** Writes the checksum of what comes before it into the last eight bytes, as a writer of such a file would have done. */
function sealed(change: (bytes: Buffer) => void): (bytes: Buffer) => void {
  return (bytes) => {
    change(bytes)
    bytes.writeBigInt64BE(BigInt(crc32(bytes.subarray(0, bytes.length - 8))), bytes.length - 8)
  }
}

async function failureOf(change: Change): Promise<string> {
  try {
    await rebuildChanged(change)
  } catch (error) {
    if (isFailure(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'nothing was wrong'
}

test('what is not changed is rebuilt', async () => {
  const { reasons, documents } = await rebuildChanged({})
  expect(reasons).toEqual([])
  expect(documents.length).toBeGreaterThan(5)
})

describe('a mapping and a column that disagree are named with the field, the segment and the index', () => {
  test.each([
    ['n', { type: 'keyword' }, "mapped as 'keyword' but numbers of a column cannot be such a value"],
    ['n', { type: 'ip' }, "mapped as 'ip' but numbers of a column cannot be such a value"],
    ['n', { type: 'version' }, "mapped as 'version' but numbers of a column cannot be such a value"],
    ['n', { type: 'binary', doc_values: true }, "mapped as 'binary' but numbers of a column cannot be such a value"],
    ['n', { type: 'date_range' }, "mapped as 'date_range' but numbers of a column cannot be such a value"],
    ['k', { type: 'long' }, "mapped as 'long' but bytes of a column cannot be such a value"],
    ['k', { type: 'double' }, "mapped as 'double' but bytes of a column cannot be such a value"],
    ['k', { type: 'boolean' }, "mapped as 'boolean' but bytes of a column cannot be such a value"],
    ['k', { type: 'date' }, "mapped as 'date' but bytes of a column cannot be such a value"],
    ['k', { type: 'geo_point' }, "mapped as 'geo_point' but bytes of a column cannot be such a value"],
    ['k', { type: 'ip' }, "mapped as 'ip' but bytes of a column cannot be such a value"],
    ['k', { type: 'integer_range' }, /decode ranges of a column|ranges of a column/],
    ['k', { type: 'wildcard' }, /values of a column/],
    ['n', { type: 'histogram' }, "mapped as 'histogram' but numbers of a column cannot be such a value"],
    ['ip', { type: 'keyword' }, "mapped as 'keyword' but bytes of a column cannot be such a value"],
  ] as const)('%s as %j', async (field, mapping, detail) => {
    const failure = await failureOf({ properties: { [field]: mapping } })
    expect(failure).toMatch(new RegExp(`^BLOB_CORRUPT: rebuild field '${field}' of index "synthetic", segment _\\w+: `))
    if (typeof detail === 'string') expect(failure).toContain(detail)
    else expect(failure).toMatch(detail)
  })
})

test('a document that cannot be rebuilt leaves nothing in those behind it', async () => {
  const { documents } = await rebuildChanged({ of: SOME })
  const changed = await rebuildChanged({ of: SOME, properties: { short: { type: 'ip' } }, goOn: true })
  const failing = documents.map((document) => 'short' in document)
  expect(failing).toContain(true)
  expect(failing.lastIndexOf(false)).toBeGreaterThan(failing.indexOf(true))
  expect(changed.documents).toEqual(documents.map((document) => ('short' in document ? {} : document)))
})

test('the places of byte strings in a list are not taken for numbers', async () => {
  const { documents } = await rebuildChanged({ properties: { k: { type: 'long' } }, goOn: true })
  expect(documents.length).toBeGreaterThan(5)
  expect(documents.filter((document) => 'k' in document)).toEqual([])
})

describe('a field that cannot be rebuilt', () => {
  const cases: readonly (readonly [string, JsonObject, string])[] = [
    ...['exponential_histogram', 'tdigest'].map(
      (type) => ['n', { type }, `values of type '${type}' cannot be rebuilt`] as const,
    ),
    ['n', { type: 'of_a_plugin' }, "values of type 'of_a_plugin' cannot be rebuilt"],
    ['n', { type: 'scaled_float', scaling_factor: 0 }, "values of type 'scaled_float' cannot be rebuilt"],
    ['n', { type: 'dense_vector', dims: 2 }, 'its vectors are in no file'],
    ['n', { type: 'rank_vectors', dims: 2 }, 'its vectors are in no column'],
    ['n', { type: 'flattened' }, 'its keys and values are in no column'],
    [
      'n',
      { type: 'flattened', properties: { a: { type: 'keyword' } } },
      'values of the fields that are mapped in it are kept in a form that is not read',
    ],
    ['n', { type: 'aggregate_metric_double' }, 'its metrics are in no column'],
    ['d', { type: 'date', format: 'QQQ yyyy||epoch_millis' }, "dates cannot be written in the format 'QQQ yyyy'"],
    ['d', { type: 'date_range', format: 'e' }, "dates cannot be written in the format 'e'"],
  ]

  test.each(cases)('%s as %j keeps synthetic documents back, with its name', async (field, mapping, reason) => {
    const { reasons, documents } = await rebuildChanged({ properties: { [field]: mapping } })
    expect(documents).toEqual([])
    expect(reasons).toEqual([`the source is not stored, and these fields cannot be rebuilt: '${field}' (${reason})`])
  })

  test.each(cases)('%s as %j is missing in the account of disabled ones', async (field, mapping, reason) => {
    const { reasons, documents, report } = await rebuildChanged({ properties: { [field]: mapping }, disabled: true })
    expect(reasons).toEqual([])
    expect(documents.length).toBeGreaterThan(5)
    expect(documents.filter((document) => field in document)).toEqual([])
    expect(report.fields.find((one) => one.field === field)).toEqual({ field, level: 'missing', reasons: [reason] })
  })
})

describe('columns of a form that is not known', () => {
  const later = sealed((bytes) => bytes.write('Lucene99', bytes.indexOf('Lucene90DocValuesMetadata'), 'latin1'))
  const version = sealed((bytes) => {
    bytes.writeInt32BE(99, bytes.indexOf('DocValuesMetadata') + 'DocValuesMetadata'.length)
  })

  test.each([
    ['a codec of a later version', later, /Lucene99DocValuesMetadata/],
    ['a later version of the codec', version, /99/],
  ])('%s keeps synthetic documents back, with the names of the fields', async (_, change, detail) => {
    const { reasons, documents } = await rebuildChanged({ files: { '.dvm': change } })
    expect(documents).toEqual([])
    expect(reasons).toHaveLength(1)
    for (const field of ['b', 'd', 'ip', 'k', 'n']) expect(reasons[0]).toContain(`'${field}' (`)
    expect(reasons[0]).toMatch(detail)
  })

  test('leaves disabled documents without the fields, which the account names', async () => {
    const { documents, report } = await rebuildChanged({ files: { '.dvm': later }, disabled: true })
    for (const document of documents) expect(document).not.toHaveProperty('n')
    const missing = report.fields.filter(({ level }) => level === 'missing').map(({ field }) => field)
    expect(missing).toEqual(expect.arrayContaining(['b', 'd', 'ip', 'k', 'n', 'o.a', 'o.l']))
  })
})

describe('damaged columns fail with the field, the segment and the index', () => {
  const middle = (bytes: Buffer): void => void (bytes[bytes.length >> 1]! ^= 0x55)
  test.each([
    ['a flipped byte in the values', { '.dvd': middle }, /checksum/],
    ['a flipped byte in their description', { '.dvm': middle }, /checksum/],
    ['no footer', { '.dvd': (bytes: Buffer): void => void bytes.fill(0, bytes.length - 16) }, /footer|magic|checksum/],
  ] as const)('%s', async (_, files, detail) => {
    const failure = await failureOf({ files })
    expect(failure).toMatch(/^BLOB_CORRUPT: rebuild field '[\w.]+' of index "synthetic", segment _\w+: /)
    expect(failure).toMatch(detail)
  })
})
