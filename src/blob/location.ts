import type { BlobStore } from './blob-store.ts'
import { prefixedStore } from './prefixed-store.ts'

/**
 * Where a snapshot repository lies. Almost everything is under `store`. The exception are shard folders of OpenSearch
 * repositories with `shard_path_type: hashed_prefix`: their paths, `<hash>/<basePath>/indices/<id>/<shard>/`, are keys of
 * `top`, outside of `store` unless `basePath` is empty.
 *
 * Source: OpenSearch `RemoteStoreEnums.PathType.HASHED_PREFIX`, `BlobStoreRepository.shardContainer`.
 */
export interface RepositoryLocation {
  /** The whole bucket, or the folder that the repository setting `location` names. */
  readonly top: BlobStore
  /** The repository setting `base_path`: keys of `store` are keys of `top` after `<basePath>/`; empty or without outer slashes. */
  readonly basePath: string
  /** The folder that contains `index.latest`. */
  readonly store: BlobStore
}

/** The repository at `basePath` (outer slashes do not matter) of `top`. */
export function locationIn(top: BlobStore, basePath: string): RepositoryLocation {
  const folder = basePath.replace(/^\/+|\/+$/g, '')
  return { top, basePath: folder, store: prefixedStore(top, folder) }
}

/** The same location read through a wrapper (retries, metering, limits), which then serves `top` and `store` alike. */
export function wrapLocation(location: RepositoryLocation, wrap: (store: BlobStore) => BlobStore): RepositoryLocation {
  return locationIn(wrap(location.top), location.basePath)
}
