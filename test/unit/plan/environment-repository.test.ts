import { describe, expect, test } from 'vitest'
import { environmentRepository } from '../../../src/plan/environment-repository.ts'

describe('WORKFLOW_SNAPSHOT_REPO', () => {
  test.each([
    [undefined, undefined],
    [' ', undefined],
    ['s3://bucket/prefix/', { type: 's3', uri: 's3://bucket/prefix' }],
    ['s3://bucket?region=eu-west-1&endpoint=', { type: 's3', uri: 's3://bucket', region: 'eu-west-1' }],
    [
      's3://b/p?pathStyle=false&endpoint=https%3A%2F%2Fminio%3A9000&roleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa&readerRoleArn=r',
      {
        type: 's3',
        uri: 's3://b/p',
        endpoint: 'https://minio:9000',
        pathStyle: false,
        roleArn: 'arn:aws:iam::1:role/a',
        readerRoleArn: 'r',
      },
    ],
    [
      's3://b?endpoint=http://minio:9000',
      { type: 's3', uri: 's3://b', endpoint: 'http://minio:9000', pathStyle: true },
    ],
    ['/snapshots/', { type: 'fs', sourcePath: '/snapshots', localPath: '/snapshots' }],
    ['file:///here?sourcePath=/there', { type: 'fs', sourcePath: '/there', localPath: '/here' }],
  ])('%s', (text, expected) => {
    expect(environmentRepository(text)).toEqual(expected)
  })

  test.each([
    ['snapshots', 'neither an absolute folder nor s3://bucket/prefix'],
    ['s3://b?regoin=x', "'regoin' is none of its parts"],
    ['s3://b?pathStyle=yes', "pathStyle is true or false, not 'yes'"],
    ['/here?sourcePath=there', 'sourcePath is no absolute folder'],
  ])('%s is refused', (text, expected) => {
    expect(() => environmentRepository(text)).toThrow(expected)
  })
})
