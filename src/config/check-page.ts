import { URL } from 'node:url'
import { checkCluster, checkRepository } from './check-cluster.ts'
import { entriesOf, isRecord, itemsOf, placeName, textsOf, valueAt } from './plain-data.ts'
import type { Report } from './report.ts'
import { suggest } from './suggest.ts'

/** Checks of a whole configuration that a schema cannot say. Takes the raw value, right or wrong, and never throws. */
export function checkPage(config: Readonly<Record<string, unknown>>, report: Report): void {
  for (const side of ['sourceClusters', 'targetClusters']) {
    for (const [name, cluster] of entriesOf(config[side])) checkCluster(cluster, [side, name], report)
    if (isRecord(config[side]) && Object.keys(config[side]).length === 0) {
      report.key([side], { code: 'CFG_WRONG_VALUE', message: `${side} is empty`, hint: 'Add a cluster by its name.' })
    }
  }
  checkRepository(valueAt(config, ['defaults', 'snapshotRepo']), ['defaults', 'snapshotRepo'], report)
  const used = { sourceClusters: new Set<string>(), targetClusters: new Set<string>() }
  const seen: SeenGroup[] = []
  for (const [index, migration] of itemsOf(config['migrations'])) {
    if (!isRecord(migration)) continue
    const path = ['migrations', index]
    const { sourceCluster, targetCluster } = migration
    checkReference(config, 'sourceClusters', sourceCluster, [...path, 'sourceCluster'], report)
    checkReference(config, 'targetClusters', targetCluster, [...path, 'targetCluster'], report)
    if (typeof sourceCluster === 'string') used.sourceClusters.add(sourceCluster)
    if (typeof targetCluster === 'string') used.targetClusters.add(targetCluster)
    checkNotItself(config, migration, path, report)
    const route = `${String(sourceCluster)} ${String(targetCluster)}`
    for (const [position, group] of itemsOf(migration['snapshotMigrations'])) {
      if (!isRecord(group)) continue
      const groupPath = [...path, 'snapshotMigrations', position]
      const existing = valueAt(config, ['sourceClusters', String(sourceCluster), 'existingSnapshot'])
      checkGroup(config, group, groupPath, existing, report)
      checkRepeated(config, group, groupPath, route, seen, report)
    }
  }
  warnUnused(config, used, report)
}

function checkReference(
  config: Readonly<Record<string, unknown>>,
  side: 'sourceClusters' | 'targetClusters',
  name: unknown,
  path: readonly string[],
  report: Report,
): void {
  if (typeof name !== 'string' || name === '' || valueAt(config, [side, name]) !== undefined) return
  // Without any clusters of that side, their absence is the mistake and is reported as such.
  if (!isRecord(config[side])) return
  const names = Object.keys(config[side])
  const meant = suggest(name, names)
  const other = side === 'sourceClusters' ? 'targetClusters' : 'sourceClusters'
  let hint = names.length === 0 ? 'Add it there.' : `Known are: ${names.join(', ')}.`
  if (valueAt(config, [other, name]) !== undefined) hint = `It is one of ${other}; add it to ${side} as well.`
  if (meant !== undefined) hint = `Did you mean '${meant}'?`
  report.value(path, {
    code: side === 'sourceClusters' ? 'CFG_UNKNOWN_SOURCE' : 'CFG_UNKNOWN_TARGET',
    message: `there is no '${name}' in ${side}`,
    hint,
  })
}

/** Ids are kept, so a cluster that is its own target would be written over while it is read. */
function checkNotItself(
  config: Readonly<Record<string, unknown>>,
  migration: Readonly<Record<string, unknown>>,
  path: readonly string[],
  report: Report,
): void {
  const source = normalEndpoint(valueAt(config, ['sourceClusters', String(migration['sourceCluster']), 'endpoint']))
  const target = normalEndpoint(valueAt(config, ['targetClusters', String(migration['targetCluster']), 'endpoint']))
  if (source === undefined || source !== target) return
  report.value([...path, 'targetCluster'], {
    code: 'CFG_SAME_CLUSTER',
    message: `source and target are the same cluster, ${source}`,
    hint: 'Correct the endpoint of one of them.',
  })
}

function normalEndpoint(endpoint: unknown): string | undefined {
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) return undefined
  const url = new URL(endpoint)
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function checkGroup(
  config: Readonly<Record<string, unknown>>,
  group: Readonly<Record<string, unknown>>,
  path: readonly string[],
  existingSnapshot: unknown,
  report: Report,
): void {
  const works = workOf(config, group)
  if (!works.metadata && !works.documents) {
    report.key(path, {
      code: 'CFG_NOTHING_TO_DO',
      message: `${placeName(path)} migrates neither metadata nor documents`,
      hint: 'Set enabled: true for one of them, or remove the group.',
    })
  }
  const patterns = textsOf(group['indices'])
  if (patterns.length > 0 && patterns.every((pattern) => pattern.startsWith('-'))) {
    report.value([...path, 'indices'], {
      code: 'CFG_PATTERN',
      message: 'every pattern excludes, so nothing is left',
      hint: `Begin with what to take: ["*", ${patterns.map((pattern) => `"${pattern}"`).join(', ')}].`,
    })
  }
  const seen = new Set<string>()
  const repeated = itemsOf(group['indices']).find(([, pattern]) => {
    const size = seen.size
    return seen.add(String(pattern)).size === size
  })
  if (repeated !== undefined && patterns.length === itemsOf(group['indices']).length) {
    report.value([...path, 'indices', repeated[0]], {
      severity: 'warning',
      code: 'CFG_PATTERN',
      message: `the pattern '${String(repeated[1])}' is there twice`,
      hint: 'Remove one of them.',
    })
  }
  const explicit = group['snapshot'] ?? existingSnapshot
  if (typeof explicit === 'string' && valueAt(group, ['createSnapshot', 'enabled']) === true) {
    report.value([...path, 'createSnapshot', 'enabled'], {
      code: 'CFG_CONTRADICTION',
      message: `a snapshot is to be taken, but '${explicit}' is to be read`,
      hint:
        group['snapshot'] === undefined
          ? "Remove the source's existingSnapshot."
          : "Remove 'snapshot' or 'createSnapshot'.",
    })
  }
}

interface SeenGroup {
  readonly route: string
  readonly patterns: string
  readonly works: { readonly metadata: boolean; readonly documents: boolean }
  readonly path: readonly string[]
}

function checkRepeated(
  config: Readonly<Record<string, unknown>>,
  group: Readonly<Record<string, unknown>>,
  path: readonly string[],
  route: string,
  seen: SeenGroup[],
  report: Report,
): void {
  const patterns = textsOf(group['indices']).join('\n')
  if (patterns === '') return
  const works = workOf(config, group)
  const twin = seen.find(
    (other) =>
      other.route === route &&
      other.patterns === patterns &&
      ((other.works.metadata && works.metadata) || (other.works.documents && works.documents)),
  )
  if (twin !== undefined) {
    report.value([...path, 'indices'], {
      code: 'CFG_DUPLICATE_GROUP',
      message: `the same indices are migrated by ${placeName(twin.path)} already`,
      hint: 'Remove one of the groups, or split metadata and documents between them.',
    })
  }
  seen.push({ route, patterns, works, path })
}

/** What a group does, `defaults` included; both unless it says otherwise. */
function workOf(
  config: Readonly<Record<string, unknown>>,
  group: Readonly<Record<string, unknown>>,
): { metadata: boolean; documents: boolean } {
  const enabled = (key: string): boolean =>
    (valueAt(group, [key, 'enabled']) ?? valueAt(config, ['defaults', key, 'enabled']) ?? true) !== false
  return { metadata: enabled('metadataMigration'), documents: enabled('documentBackfill') }
}

function warnUnused(
  config: Readonly<Record<string, unknown>>,
  used: Readonly<Record<'sourceClusters' | 'targetClusters', ReadonlySet<string>>>,
  report: Report,
): void {
  if (itemsOf(config['migrations']).length === 0) return
  for (const side of ['sourceClusters', 'targetClusters'] as const) {
    const names = entriesOf(config[side]).map(([name]) => name)
    // A name that leads nowhere was meant for one of them, and so was one that is missing.
    if ([...used[side]].some((name) => !names.includes(name))) continue
    const key = side === 'sourceClusters' ? 'sourceCluster' : 'targetCluster'
    if (itemsOf(config['migrations']).some(([, entry]) => typeof valueAt(entry, [key]) !== 'string')) continue
    for (const name of names) {
      if (used[side].has(name)) continue
      report.key([side, name], {
        severity: 'warning',
        code: 'CFG_UNUSED',
        message: `no migration uses '${name}'`,
        hint: 'Remove it, or name it in a migration.',
      })
    }
  }
}
