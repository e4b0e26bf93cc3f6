import { listDataStreams } from '../../cluster/data-streams.ts'
import { catIndices, getAliases } from '../../cluster/indices.ts'
import type { ConfigGroup } from '../../config/config.ts'
import { formatCount } from '../../core/units.ts'
import { targetNames, type PlannedIndex } from '../../plan/plan.ts'
import { nameList } from '../../repository/close-names.ts'
import type { Examination, ReachedCluster } from '../examination.ts'
import { ok, problem, warning, type Finding } from '../finding.ts'

/** A group, and the indices it is to write. */
export interface WrittenGroup {
  readonly group: ConfigGroup
  readonly indices: readonly PlannedIndex[]
}

/** Whether the target has something of the names that are to be written. */
export async function checkExistingIndex(
  { subject, cluster }: ReachedCluster,
  written: readonly WrittenGroup[],
  { signal }: Examination,
): Promise<Finding[]> {
  const there = new Map((await catIndices(cluster, signal)).map((line) => [line.index, line]))
  const aliases = new Set(Object.values(await getAliases(cluster, signal)).flatMap((of) => Object.keys(of)))
  const streams = new Set((await listDataStreams(cluster, signal)).map((stream) => stream.name))
  const findings = written.flatMap(({ group, indices }) => {
    const names = [...new Set(indices.filter(({ stream }) => stream === undefined).flatMap(targetNames))]
    const chosen = [...new Set(indices.flatMap(({ stream }) => stream ?? []))]
    return [
      ...taken(
        subject,
        names.filter((name) => aliases.has(name)),
        'an alias',
      ),
      ...taken(
        subject,
        names.filter((name) => streams.has(name)),
        'a data stream',
      ),
      ...existing(subject, group, [
        ...names.filter((name) => there.has(name)),
        ...chosen.filter((name) => streams.has(name)),
      ]),
      ...missing(
        subject,
        group,
        names.filter((name) => !there.has(name) && !aliases.has(name)),
      ),
    ]
  })
  if (findings.length > 0) return findings
  const total = written.reduce((sum, { indices }) => sum + indices.length, 0)
  const none = total === 1 ? 'it does not have the index yet' : `it has none of the ${formatCount(total)} indices yet`
  return [ok('existing-index', subject, none)]
}

function taken(subject: string, names: readonly string[], what: string): Finding[] {
  if (names.length === 0) return []
  const remedy = 'Remove or rename it on the target, or exclude the index.'
  return [problem('existing-index', subject, `it has ${what} of the name of an index: ${nameList(names)}`, remedy)]
}

function existing(subject: string, { label, metadata, backfill }: ConfigGroup, names: readonly string[]): Finding[] {
  if (names.length === 0) return []
  const detail = `it has indices of ${label} already: ${nameList(names)}`
  if (metadata.enabled && metadata.existingIndex === 'fail') {
    const remedy =
      'Migrate Metadata stops there unless they are equal to what it would create: set metadataMigration.existingIndex to keep ' +
      'or update, or delete them on the target.'
    return [problem('existing-index', subject, detail, remedy)]
  }
  if (!backfill.enabled) return [warning('existing-index', subject, detail, 'Their settings and mappings may change.')]
  const effect =
    backfill.onConflict === 'overwrite'
      ? 'Documents of the same id will be overwritten; documentBackfill.onConflict: skip keeps them.'
      : 'Documents of the same id will be kept; documentBackfill.onConflict: overwrite replaces them.'
  return [warning('existing-index', subject, detail, effect)]
}

/** Without metadata the first document makes an index, with mappings that the target guesses. */
function missing(subject: string, { label, metadata, backfill }: ConfigGroup, names: readonly string[]): Finding[] {
  if (names.length === 0 || metadata.enabled || !backfill.enabled) return []
  const detail = `it has not all indices of ${label}, whose metadataMigration is disabled: ${nameList(names)}`
  const remedy = 'Create them on the target first, or enable metadataMigration; otherwise mappings are guessed.'
  return [warning('existing-index', subject, detail, remedy)]
}
