import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure, messageOf } from '../core/failure.ts'
import { fsFailure, isMissing } from './fs-failure.ts'
import { openFsStore } from './fs-store.ts'
import { locationIn } from './location.ts'
import type { RepositoryLocation } from './location.ts'
import { openS3Store } from './s3-store.ts'
import type { S3Options } from './s3-options.ts'

/** How to open a repository's location. */
export interface OpenOptions {
  /** Only for `s3://` locations. */
  readonly s3?: S3Options
  /**
   * For a folder: the repository setting `base_path`, if it has one. The repository is then this sub-folder of the
   * location. For `s3://bucket/prefix` the prefix is the base path.
   */
  readonly basePath?: string
}

/** Schemes that repositories have and this release does not read, with what to do instead. */
const NOT_YET: Readonly<Record<string, string>> = {
  gs: 'Google Cloud Storage',
  gcs: 'Google Cloud Storage',
  azure: 'Azure Blob Storage',
  wasbs: 'Azure Blob Storage',
  abfss: 'Azure Blob Storage',
  hdfs: 'HDFS',
  http: 'read-only URL repositories',
  https: 'read-only URL repositories',
}

/**
 * Opens the location of a repository as users write it: a folder, `file:///folder` or `s3://bucket/prefix`; slashes at the
 * end do not matter. For a folder checks that it is there; for a bucket sends nothing yet.
 *
 * Failure codes: `CONFIG_INVALID` (not a location, or a store that is not supported), `REPOSITORY_NOT_FOUND` (no such
 * folder), `STORE_DENIED`.
 */
export async function openStore(location: string, options: OpenOptions = {}): Promise<RepositoryLocation> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined:
      if (location.trim() === '') throw notALocation(location, 'it is empty')
      return openFolder(resolve(location), options)
    case 'file':
      return openFolder(folderOf(location), options)
    case 's3':
      return openBucket(location, options)
    default:
      throw unsupported(location, scheme)
  }
}

async function openFolder(folder: string, { basePath = '' }: OpenOptions): Promise<RepositoryLocation> {
  const opened = locationIn(openFsStore(folder), basePath)
  const { uri } = opened.store
  try {
    if ((await stat(uri)).isDirectory()) return opened
  } catch (error) {
    if (!isMissing(error)) throw fsFailure(error, 'open', uri)
  }
  throw new Failure('REPOSITORY_NOT_FOUND', 'no such folder', {
    op: 'open',
    subject: uri,
    hint: 'Give the folder that contains index.latest; a share has to be mounted on this machine.',
  })
}

async function openBucket(location: string, { s3 = {}, basePath }: OpenOptions): Promise<RepositoryLocation> {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]*)(.*)$/is.exec(location) ?? []
  if (!/^[a-z0-9][a-z0-9._-]{1,253}[a-z0-9]$/i.test(bucket)) {
    throw notALocation(withoutUserInfo(location), 'the name of a bucket has to follow s3://')
  }
  if (basePath !== undefined && basePath !== '') {
    throw notALocation(location, 'the base path of a bucket is written into the location, s3://bucket/base/path')
  }
  return locationIn(await openS3Store(bucket, s3), prefix)
}

function folderOf(location: string): string {
  try {
    return fileURLToPath(location)
  } catch (error) {
    throw notALocation(location, messageOf(error))
  }
}

function unsupported(location: string, scheme: string): Failure {
  const known = NOT_YET[scheme]
  const detail = known === undefined ? `the scheme ${scheme}:// is not known` : `${known} is not supported yet`
  return new Failure('CONFIG_INVALID', detail, {
    op: 'open',
    subject: withoutUserInfo(location),
    hint: 'Copy the repository to a folder or an S3 bucket, file by file; a copy is as good as the original.',
  })
}

function notALocation(location: string, detail: string): Failure {
  return new Failure('CONFIG_INVALID', detail, {
    op: 'open',
    subject: location === '' ? 'the repository' : location,
    hint: 'A location is a folder, file:///folder or s3://bucket/prefix.',
  })
}

/** The location without a user name and password that someone wrote into it. */
function withoutUserInfo(location: string): string {
  return location.replace(/^([^/]*\/\/)[^/]*@/, '$1')
}
