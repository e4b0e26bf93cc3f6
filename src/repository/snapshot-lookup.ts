import { Failure } from '../core/failure.ts'
import { counted } from '../core/units.ts'
import { closeNames, nameList } from './close-names.ts'
import { newestOf } from './snapshot-record.ts'
import type { SnapshotRecord } from './snapshot-record.ts'

/**
 * The snapshot of that name or uuid; `latest` is the newest complete one, unless a snapshot bears that very name.
 * `SNAPSHOT_NOT_FOUND` names those there are.
 */
export function findSnapshot(snapshots: readonly SnapshotRecord[], wanted: string, repository: string): SnapshotRecord {
  const exact =
    snapshots.find((snapshot) => snapshot.name === wanted) ??
    snapshots.find((snapshot) => snapshot.uuid === wanted && wanted !== '')
  if (exact !== undefined) return exact
  const names = snapshots.map((snapshot) => snapshot.name).sort()
  if (wanted === 'latest') {
    const newest = newestOf(snapshots.filter((snapshot) => snapshot.state === 'SUCCESS'))
    if (newest !== undefined) return newest
    throw new Failure('SNAPSHOT_NOT_FOUND', `it has ${counted(names.length, 'snapshot')}, and none is complete`, {
      op: 'find the latest snapshot in',
      subject: repository,
      hint: names.length === 0 ? 'Take a snapshot first.' : `Name one of them to use it anyway: ${nameList(names)}.`,
    })
  }
  const close = closeNames(wanted, names)
  const there = names.length === 0 ? 'it has no snapshots' : `it has ${nameList(names)}`
  throw new Failure('SNAPSHOT_NOT_FOUND', `no snapshot ${JSON.stringify(wanted)}; ${there}`, {
    op: 'find snapshot in',
    subject: repository,
    hint:
      close.length === 0
        ? 'List the snapshots with workflow snapshot list --repo URI.'
        : `Did you mean ${close.join(' or ')}?`,
  })
}
