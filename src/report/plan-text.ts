import type { DocumentTransform } from '../config/config.ts'
import { fitText } from '../core/fit-text.ts'
import { counted, formatBytes, formatCount } from '../core/units.ts'
import type { LeftOut } from '../metadata/select-templates.ts'
import type {
  Plan,
  PlannedBackfill,
  PlannedChange,
  PlannedGroup,
  PlannedIndex,
  PlannedMetadata,
  PlannedMigration,
  PlannedObject,
  PlannedRepository,
  PlannedStep,
  RepositoryOrigin,
} from '../plan/plan.ts'
import { forecastLines } from './forecast-text.ts'
import { renderTable } from './table.ts'

/** How a plan is rendered. */
export interface PlanTextOptions {
  /** Indices of a group that are listed at most; `Infinity` for all. */
  readonly indicesShown: number
  /** Lines are broken at this width. Default: not at all. */
  readonly columns?: number
}

/** Columns of one level of indentation. */
const INDENT = 2

const ORIGINS: Readonly<Record<RepositoryOrigin, string>> = {
  source: 'named by the configuration of the source',
  defaults: 'from defaults.snapshotRepo',
  environment: 'from WORKFLOW_SNAPSHOT_REPO',
  registered: 'the only registered one that can be read from here',
  'path.repo': "a folder of the source's path.repo that can be read from here",
}

/** A plan as people read it: clusters, what goes where, the steps, warnings; ends with a newline. */
export function renderPlan(plan: Plan, { indicesShown, columns = Infinity }: PlanTextOptions): string {
  const parts = [
    `Clusters\n${indent(clusters(plan, columns - INDENT))}`,
    ...plan.migrations.map((migration) => renderMigration(migration, indicesShown, columns)),
    `Steps\n${indent(plan.steps.map((step) => `${renderStep(step)}\n`).join(''))}`,
  ]
  if (plan.warnings.length > 0) parts.push(`Warnings\n${plan.warnings.map((text) => `  ⚠ ${text}\n`).join('')}`)
  return fitText(parts.join('\n'), columns)
}

function clusters({ sources, targets }: Plan, width: number): string {
  const rows = [
    ...Object.entries(sources).map(([name, cluster]) => ({ side: 'source', name, ...cluster })),
    ...Object.entries(targets).map(([name, cluster]) => ({ side: 'target', name, ...cluster })),
  ]
  const columns = ['SIDE', 'NAME', 'VERSION', 'ENDPOINT'].map((title) => ({ title }))
  return renderTable(
    columns,
    rows.map(({ side, name, distribution, version, endpoint }) => [side, name, `${distribution} ${version}`, endpoint]),
    width,
  )
}

function renderMigration(migration: PlannedMigration, indicesShown: number, columns: number): string {
  const { id, source, target, repository, groups, leftOut } = migration
  return [
    `Migration ${id}: ${source} → ${target}\n`,
    `  Repository: ${describeRepository(repository)}\n`,
    `  Snapshot: ${describeSnapshot(migration)}\n`,
    ...groups.map((group) => renderGroup(group, indicesShown, columns)),
    ...renderForecast(migration.objects ?? [], indicesShown),
    ...renderLeftOut(leftOut ?? [], indicesShown),
  ].join('')
}

function renderForecast(objects: readonly PlannedObject[], shown: number): string[] {
  if (objects.length === 0) return []
  return ['  Metadata on the target:\n', ...forecastLines(objects, shown).map((line) => `    ${line}\n`)]
}

/** Templates of one reason on one line. */
function renderLeftOut(leftOut: readonly LeftOut[], shown: number): string[] {
  if (leftOut.length === 0) return []
  const byReason = new Map<string, string[]>()
  for (const { kind, name, reason } of leftOut) {
    const key = `${kind}: ${reason}`
    byReason.set(key, [...(byReason.get(key) ?? []), name])
  }
  const lines = [...byReason].map(([key, names]) => {
    const hidden = names.length - shown
    return `    - ${names.slice(0, shown).join(', ')}${hidden > 0 ? ` and ${formatCount(hidden)} more` : ''} (${key})\n`
  })
  return [`  Left out: ${counted(leftOut.length, 'object')}\n`, ...lines]
}

function describeRepository({ uri, sourcePath, name, register, origin }: PlannedRepository): string {
  const onSource = sourcePath === undefined || sourcePath === uri ? '' : ` (${sourcePath} on the source)`
  const found = origin === undefined ? '' : `, ${ORIGINS[origin]}`
  return `${uri}${onSource}${found}; ${register ? 'to be registered' : 'known'} as ${name}`
}

function describeSnapshot({ snapshot }: PlannedMigration): string {
  const partial = snapshot.partial === 'accept' ? ', missing shards are accepted' : ''
  if (!snapshot.create) return `the existing ${snapshot.name}${partial}`
  const { indices, includeGlobalState, maxBytesPerSecond } = snapshot
  const pace = maxBytesPerSecond === undefined ? '' : `, at most ${formatBytes(maxBytesPerSecond)} a second and node`
  const state = includeGlobalState ? 'with' : 'without'
  return `to be taken of ${counted(indices.length, 'index', 'indices')}, ${state} templates and cluster settings${pace}${partial}`
}

function renderGroup(group: PlannedGroup, indicesShown: number, width: number): string {
  const { id, label, patterns, matches, indices } = group
  const shown = indices.slice(0, indicesShown)
  const rows = shown.map(({ name, shards, documents, bytes, stream, typeIndices }) => [
    `${name}${stream === undefined ? '' : ` → ${stream}`}${typeIndices === undefined ? '' : ` → ${typeIndices.join(', ')}`}`,
    formatCount(shards),
    documents === undefined ? '-' : formatCount(documents),
    bytes === undefined ? '-' : formatBytes(bytes),
  ])
  const titles = ['INDEX', 'SHARDS', 'DOCUMENTS', 'BYTES']
  const columns = titles.map((title, at) => ({ title, align: at === 0 ? ('left' as const) : ('right' as const) }))
  const hidden = indices.length - shown.length
  const lines = [
    `  Group ${id}${label === undefined ? '' : ` (${label})`}: ${totals(indices)}\n`,
    `    Patterns: ${patterns.map((pattern, at) => withCount(pattern, matches?.[at]?.indices)).join(', ')}\n`,
    `    Metadata: ${describeMetadata(group.metadata)}\n`,
    `    Documents: ${describeBackfill(group.backfill)}\n`,
    `    Verification: ${group.verify}\n`,
  ]
  if (rows.length > 0) lines.push(indent(indent(renderTable(columns, rows, width - 2 * INDENT))))
  if (hidden > 0) lines.push(`    … and ${formatCount(hidden)} more; -o json has all\n`)
  lines.push(...renderChanges(group.changes ?? [], indicesShown))
  return lines.join('')
}

function renderChanges(changes: readonly PlannedChange[], shown: number): string[] {
  if (changes.length === 0) return []
  const lines = changes.slice(0, shown).map(({ action, path, reason, indices, examples }) => {
    const where = indices === 1 ? examples[0]! : counted(indices, 'index', 'indices')
    return `      ${action === 'problem' ? '⚠' : '-'} ${path} (${action}, ${where}): ${reason}\n`
  })
  const hidden = changes.length - lines.length
  if (hidden > 0) lines.push(`      … and ${formatCount(hidden)} more; -o json has all\n`)
  return ['    Changes for the target:\n', ...lines]
}

function withCount(pattern: string, indices: number | undefined): string {
  return indices === undefined ? pattern : `${pattern} (${formatCount(indices)})`
}

/** Sums over those that are known, with a word when some are not. */
function totals(indices: readonly PlannedIndex[]): string {
  const sum = (values: readonly (number | undefined)[]): number =>
    values.reduce<number>((all, value) => all + (value ?? 0), 0)
  const known = (key: 'documents' | 'bytes'): string | undefined => {
    const values = indices.map((index) => index[key])
    if (values.length === 0 || values.every((value) => value === undefined)) return undefined
    const total = sum(values)
    const text = key === 'bytes' ? formatBytes(total) : counted(total, 'document')
    return values.includes(undefined) ? `at least ${text}` : text
  }
  const shards = sum(indices.map((index) => index.shards))
  return [counted(indices.length, 'index', 'indices'), counted(shards, 'shard'), known('documents'), known('bytes')]
    .filter((part) => part !== undefined)
    .join(', ')
}

function describeMetadata(metadata: PlannedMetadata): string {
  const { enabled, existingIndex, onRefused, ingestPipelines, settings, mappings, options } = metadata
  if (!enabled) return 'disabled'
  const existing = {
    fail: 'stops at an index that the target already has',
    keep: 'leaves an index that the target already has as it is',
    update: 'adds what is missing to an index that the target already has',
  }[existingIndex]
  const own = [settings === undefined ? [] : 'settings', mappings === undefined ? [] : 'mappings'].flat()
  return [
    existing,
    onRefused === undefined ? undefined : 'goes on without what the target refuses',
    ingestPipelines === undefined ? undefined : `pipelines ${ingestPipelines.join(', ')}`,
    own.length === 0 ? undefined : `own changes of ${own.join(' and ')}`,
    ...Object.entries(options ?? {}).map(([key, value]) => `${key}: ${String(value)}`),
  ]
    .filter((part) => part !== undefined)
    .join('; ')
}

const SOURCELESS = {
  rebuild: 'documents without a stored source are rebuilt',
  reject: 'documents without a stored source are rejected',
  fail: 'stops at a document without a stored source',
} as const

function describeBackfill(backfill: PlannedBackfill): string {
  if (!backfill.enabled) return 'disabled'
  const {
    bulkBytes,
    bulkDocs,
    onConflict,
    maxRejects,
    workers,
    sourceless,
    refreshDuringLoad,
    replicasDuringLoad,
    transform,
  } = backfill
  return [
    `${formatBytes(bulkBytes)} or ${counted(bulkDocs, 'document')} a bulk`,
    onConflict === 'overwrite' ? 'existing documents are overwritten' : 'existing documents are kept',
    workers === undefined ? undefined : counted(workers, 'worker'),
    maxRejects === undefined ? undefined : `at most ${counted(maxRejects, 'reject')}`,
    sourceless === undefined ? undefined : SOURCELESS[sourceless],
    refreshDuringLoad === 'keep' ? 'refreshed during the load' : undefined,
    replicasDuringLoad === 'off' ? 'without replicas during the load' : undefined,
    transform === undefined ? undefined : describeTransform(transform),
  ]
    .filter((part) => part !== undefined)
    .join(', ')
}

function describeTransform({ rename, remove, set }: DocumentTransform): string {
  const renamed = Object.entries(rename).map(([from, to]) => `${from} becomes ${to}`)
  const removed = remove.map((field) => `${field} is left out`)
  const added = Object.keys(set).map((field) => `${field} is set`)
  return `in every document ${[...renamed, ...removed, ...added].join(' and ') || 'nothing is changed'}`
}

function renderStep({ id, title, migration, group, skip, approval }: PlannedStep): string {
  const place = group ?? migration
  const mark = skip !== undefined ? '⊘' : approval === true ? '⏸' : '○'
  const note = skip !== undefined ? ` (skipped: ${skip})` : approval === true ? ' (waits for approval)' : ''
  return `${mark} ${title}${place === undefined || !id.includes('/') ? '' : ` ${place}`}${note}`
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}
