import { describe, expect, test } from 'vitest'
import { parseVersion } from '../../../src/cluster/version.ts'
import type { PlannedRepository } from '../../../src/plan/plan.ts'
import { s3OptionsOf } from '../../../src/plan/s3-options.ts'
import { repositorySettings } from '../../../src/steps/repository-settings.ts'

const [WRITER, READER] = ['arn:aws:iam::111122223333:role/writer', 'arn:aws:iam::111122223333:role/reader']

function settingsOf(
  repository: Partial<PlannedRepository>,
  version = 'opensearch 2.19.4',
  snapshot: { readonly maxBytesPerSecond?: number } = {},
): Record<string, unknown> {
  const [distribution, number] = version.split(' ') as ['opensearch' | 'elasticsearch', string]
  return repositorySettings(
    {
      repository: { name: 'r', register: true, type: 's3', uri: 's3://bucket/a/b', ...repository },
      snapshot: { create: true, indices: [], includeGlobalState: true, partial: 'fail', ...snapshot },
    },
    { distribution, version: parseVersion(number)! },
  )
}

describe('settings of a registration', () => {
  test('of a folder are the folder as the source sees it', () => {
    const folder = { type: 'fs', uri: '/here', sourcePath: '/there' } as const
    expect(settingsOf(folder)).toEqual({ location: '/there' })
    expect(settingsOf(folder, 'elasticsearch 1.7.6', { maxBytesPerSecond: 1000 })).toEqual({
      location: '/there',
      max_snapshot_bytes_per_sec: '1000b',
    })
  })

  test('of a bucket have its prefix, its region, and a role where the source assumes one', () => {
    expect(settingsOf({})).toEqual({ bucket: 'bucket', base_path: 'a/b' })
    expect(settingsOf({ s3: { region: 'eu-west-1', roleArn: WRITER } })).toEqual({
      bucket: 'bucket',
      base_path: 'a/b',
      region: 'eu-west-1',
      role_arn: WRITER,
    })
  })

  test.each([
    ['opensearch 3.8.0', { server_side_encryption_type: 'bucket_default' }],
    ['opensearch 2.19.4', {}],
    ['elasticsearch 7.10.2', {}],
  ])('of a service other than Amazon’s fit %s', (version, more) => {
    const endpoint = 'http://127.0.0.1:9000'
    expect(settingsOf({ uri: 's3://bucket', s3: { endpoint } }, version)).toEqual({
      bucket: 'bucket',
      base_path: '',
      endpoint,
      path_style_access: true,
      ...more,
    })
  })
})

test('the role of the source is not the one that reads, and the other way round', () => {
  const s3 = { roleArn: WRITER, readerRoleArn: READER }
  expect(settingsOf({ s3 })).toMatchObject({ role_arn: WRITER })
  expect(s3OptionsOf({ s3 })).toEqual({ role: { roleArn: READER } })
  expect(s3OptionsOf({ s3: { roleArn: WRITER } })).toEqual({})
})
