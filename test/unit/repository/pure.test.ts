import { describe, expect, it } from 'vitest'
import { closeNames, nameList } from '../../../src/repository/close-names.ts'
import { flatSettings } from '../../../src/repository/flat-settings.ts'
import { MetadataFields } from '../../../src/repository/metadata-fields.ts'
import { selectIndices } from '../../../src/repository/select-indices.ts'
import { checksumOfBase36, parseShardFiles } from '../../../src/repository/shard-files.ts'
import { fnv1a64, shardPathHash } from '../../../src/repository/shard-path-hash.ts'
import { newestOf } from '../../../src/repository/snapshot-record.ts'
import type { SnapshotSummary } from '../../../src/repository/snapshot-record.ts'
import { decodeVersionId, distributionOfRelease, versionText } from '../../../src/repository/version-id.ts'

describe('version ids', () => {
  it.each([
    [1070699, 'elasticsearch', '1.7.6'],
    [2040699, 'elasticsearch', '2.4.6'],
    [5061699, 'elasticsearch', '5.6.16'],
    [7100299, 'elasticsearch', '7.10.2'],
    [7172999, 'elasticsearch', '7.17.29'],
    [6000026, 'elasticsearch', '6.0.0-beta1'],
    [8_500_003, 'elasticsearch', '8.11'],
    [8_536_000, 'elasticsearch', '8.19'],
    [9_111_000, 'elasticsearch', '9.5.2-9.5.3'],
    [135_249_227, 'opensearch', '1.3.14'],
    [137_297_827, 'opensearch', '3.8.0'],
  ])('%i is a release of %s: %s', (id, distribution, release) => {
    expect(decodeVersionId(id)).toMatchObject({ distribution, release })
  })

  it('name no release when an index version is not in the table', () => {
    const version = decodeVersionId(9_999_000)
    expect(version).toMatchObject({ distribution: 'elasticsearch', release: undefined, major: 9 })
    expect(versionText(version)).toBe('index version 9999000')
  })

  it.each([0, -1, 99, 2 ** 31, 2 ** 40, 1.5, Number.NaN])('%d is no version', (id) => {
    expect(decodeVersionId(id)).toMatchObject({ distribution: 'unknown', release: undefined })
  })

  it('tell OpenSearch from Elasticsearch by the major version of a release', () => {
    expect(distributionOfRelease('3.8.0')).toBe('opensearch')
    expect(distributionOfRelease('5.6.16')).toBe('elasticsearch')
    expect(distributionOfRelease('nightly')).toBe('unknown')
  })
})

describe('hashed shard paths', () => {
  it('follow FNV-1a of the published test vectors', () => {
    expect(fnv1a64('').toString(16)).toBe('cbf29ce484222325')
    expect(fnv1a64('a').toString(16)).toBe('af63dc4c8601ec8c')
    expect(fnv1a64('foobar').toString(16)).toBe('85944171f73967e8')
  })

  it('spell the worked examples of the format document', () => {
    expect(shardPathHash('HjfFVqy7SjWrt6MEPrkiVA', 0, 1)).toBe('j01101101110011')
    expect(shardPathHash('PVyKxg09SbibXTmV0TQxQA', 0, 1)).toBe('W10000101101011')
  })

  it('spell the whole hash in 11 characters under the base64 algorithm', () => {
    const text = shardPathHash('HjfFVqy7SjWrt6MEPrkiVA', 0, 0)!
    const bytes = Buffer.from(text, 'base64url')
    expect(text).toHaveLength(11)
    expect(bytes.readBigUInt64BE()).toBe(fnv1a64('0HjfFVqy7SjWrt6MEPrkiVA'))
  })

  it('are unknown for an algorithm of a later release', () => {
    expect(shardPathHash('I', 0, 2)).toBeUndefined()
  })
})

describe('base-36 checksums', () => {
  it('read back every 32-bit value', () => {
    for (const value of [0, 1, 35, 36, 0x7fffffff, 0x80000000, 0xffffffff]) {
      expect(checksumOfBase36(value.toString(36))).toBe(value)
    }
  })

  it('are nothing for other text', () => {
    for (const text of ['', 'ABC', '-1', '1z141z4', '10000000', '1.5']) expect(checksumOfBase36(text)).toBeUndefined()
  })
})

describe('shard files', () => {
  const files = (...list: Record<string, unknown>[]): ReturnType<typeof parseShardFiles> =>
    parseShardFiles(JSON.parse(JSON.stringify({ files: list })) as never, 'shard')
  const file = { name: '__1', physical_name: '_0.cfs', length: 10, checksum: 'zz', written_by: '8.7.0' }

  it('have no checksum to compare when Lucene was older than 4.8', () => {
    expect(files({ ...file, written_by: '4.7.2' }).files[0]!.checksum).toBeUndefined()
    expect(files({ ...file, written_by: '4.8.0' }).files[0]!.checksum).toBe(35 * 36 + 35)
  })

  it('are one blob when the part size is no smaller than the file', () => {
    expect(files({ ...file, part_size: 10 }).files[0]!.partSize).toBeUndefined()
    expect(files({ ...file, part_size: 9 }).files[0]!.partSize).toBe(9)
    expect(files({ ...file, part_size: 2 ** 63 }).files[0]!.partSize).toBeUndefined()
  })

  it('are inline only when the metadata carries the whole content', () => {
    expect(files({ ...file, length: 3, meta_hash: 'AQID' }).files[0]!.inline).toEqual(Buffer.from([1, 2, 3]))
    expect(files({ ...file, length: 4, meta_hash: 'AQID' }).files[0]!.inline).toBeUndefined()
  })

  it.each([
    ['a virtual file without content', { ...file, name: 'v__1' }],
    ['a virtual file with other content', { ...file, name: 'v__1', meta_hash: 'AQID' }],
    ['a blob name that leads out of the folder', { ...file, name: '__/../../x' }],
    ['a blob of another kind', { ...file, name: 'snap-1.dat' }],
    ['a negative length', { ...file, length: -1 }],
    ['a length that is no integer', { ...file, length: 1.5 }],
    ['a part size of zero', { ...file, part_size: 0 }],
    ['a checksum that is no number', { ...file, checksum: 'A-1' }],
    ['no physical name', { ...file, physical_name: undefined }],
    ['content that is not base64', { ...file, meta_hash: '**' }],
  ])('are corrupt with %s', (_, damaged) => {
    expect(() => files(damaged)).toThrow(expect.objectContaining({ code: 'BLOB_CORRUPT' }))
  })

  it('are corrupt when one is listed twice', () => {
    expect(() => files(file, { ...file, name: '__2' })).toThrow(/listed twice/)
  })
})

describe('flat settings', () => {
  const flat = (settings: object): object =>
    Object.fromEntries(flatSettings(new MetadataFields(JSON.parse(JSON.stringify(settings)) as never, 'index')))

  it('join the numbered form of lists', () => {
    expect(flat({ 'a.filter.0': 'x', 'a.filter.1': 'y', 'a.type': 'custom' })).toEqual({
      'a.filter': ['x', 'y'],
      'a.type': 'custom',
    })
  })

  it('leave numbers alone that are no complete list', () => {
    expect(flat({ 'a.1': 'x', 'a.2': 'y' })).toEqual({ 'a.1': 'x', 'a.2': 'y' })
    expect(flat({ a: 'z', 'a.0': 'x' })).toEqual({ a: 'z', 'a.0': 'x' })
  })

  it('take nested objects apart and print scalars as text', () => {
    expect(flat({ index: { number_of_shards: 2, x: { y: true } }, l: [1, 'b'], n: null })).toEqual({
      'index.number_of_shards': '2',
      'index.x.y': 'true',
      l: ['1', 'b'],
    })
  })
})

describe('latest', () => {
  const snapshot = (name: string, startTimeMs?: number, endTimeMs?: number): SnapshotSummary => ({
    name,
    uuid: name,
    state: 'SUCCESS',
    distribution: 'elasticsearch',
    version: undefined,
    indexVersion: undefined,
    startTimeMs,
    endTimeMs,
    indexNames: [],
  })

  it('is the one that ended last, then the one that started last, then the last in the list', () => {
    expect(newestOf([snapshot('a', 1, 9), snapshot('b', 5, 8)])?.name).toBe('a')
    expect(newestOf([snapshot('a', 5, 9), snapshot('b', 1, 9)])?.name).toBe('a')
    expect(newestOf([snapshot('a', 5, 9), snapshot('b', 5, 9)])?.name).toBe('b')
    expect(newestOf([snapshot('a'), snapshot('b')])?.name).toBe('b')
    expect(newestOf([snapshot('a', 1, 2), snapshot('b')])?.name).toBe('a')
    expect(newestOf<SnapshotSummary>([])).toBeUndefined()
  })
})

describe('index patterns', () => {
  const snapshot = { name: 'nightly', indexNames: ['.kibana', 'logs-1', 'logs-2', 'metrics'] }

  it('choose by wildcard and tell what each pattern matched', () => {
    expect(selectIndices(snapshot, ['logs-*', 'metrics', '-logs-2'])).toEqual({
      names: ['logs-1', 'metrics'],
      byPattern: [
        { pattern: 'logs-*', names: ['logs-1', 'logs-2'] },
        { pattern: 'metrics', names: ['metrics'] },
      ],
    })
  })

  it('fail with a close name when one matches nothing', () => {
    expect(() => selectIndices(snapshot, ['metric'])).toThrow(
      expect.objectContaining({ code: 'INDEX_NOT_FOUND', hint: 'Did you mean metrics?' }),
    )
  })

  it('point out hidden names that need a leading dot', () => {
    expect(() => selectIndices(snapshot, ['kib*'])).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('.kibana') as unknown }),
    )
  })

  it('fail when exclusions leave nothing', () => {
    expect(() => selectIndices(snapshot, ['metrics', '-*'])).toThrow(
      expect.objectContaining({ code: 'INDEX_NOT_FOUND' }),
    )
  })
})

describe('close names', () => {
  it('are those a few edits away, nearest first', () => {
    expect(closeNames('log', ['logs', 'blog', 'metrics', 'lag'])).toEqual(['blog', 'lag', 'logs'])
    expect(closeNames('zzzzzz', ['logs', 'metrics'])).toEqual([])
  })

  it('are listed up to a limit', () => {
    expect(nameList(['a', 'b', 'c'], 2)).toBe('a, b and 1 more')
    expect(nameList([])).toBe('none')
  })
})
