import { formatBytes, formatCount } from '../../core/units.ts'
import { nameList } from '../../repository/close-names.ts'
import type { ExaminedMigration } from '../examination.ts'
import { ok, problem, warning, type Finding } from '../finding.ts'

/** Above this, recoveries and merges of a shard take long; what both projects advise. */
const LARGE_BYTES = 50 * 1024 ** 3
/** Lucene numbers the documents of a shard with 31 bits. */
const MOST_DOCUMENTS = 2_147_483_519

/** Whether the shards of the planned indices have a size that a target copes with. */
export function checkShardSize({ subject, groups }: ExaminedMigration): Finding[] {
  const indices = groups?.flat() ?? []
  const measured = indices.filter(({ bytes }) => bytes !== undefined)
  if (measured.length === 0) return []
  const findings: Finding[] = []
  const full = indices.filter(({ documents = 0, shards }) => documents / shards > MOST_DOCUMENTS * 0.9)
  if (full.length > 0) {
    const remedy =
      'Create the index on the target beforehand with more shards, and set metadataMigration.existingIndex: keep.'
    const detail = `shards are close to ${formatCount(MOST_DOCUMENTS)} documents: ${nameList(full.map(({ name }) => name))}`
    findings.push(problem('shard-size', subject, detail, remedy))
  }
  const large = measured.filter(({ bytes = 0, shards }) => bytes / shards > LARGE_BYTES)
  if (large.length > 0) {
    const names = large.map(({ name, bytes = 0, shards }) => `${name} (${formatBytes(bytes / shards)})`)
    const detail = `shards are larger than ${formatBytes(LARGE_BYTES)} on average: ${nameList(names)}`
    const remedy = 'It works; more shards, set by metadataMigration.settings.set, load and recover faster.'
    findings.push(warning('shard-size', subject, detail, remedy))
  }
  if (findings.length > 0) return findings
  const largest = Math.max(...measured.map(({ bytes = 0, shards }) => bytes / shards))
  return [ok('shard-size', subject, `the largest shards are of ${formatBytes(Math.round(largest))} on average`)]
}
