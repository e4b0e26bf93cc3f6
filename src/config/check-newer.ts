import * as z from 'zod'
import { globOf } from './allow-list.ts'
import { newerSchema, remarkOf } from './newer-schema.ts'
import { entriesOf, isRecord, itemsOf, placeName, valueAt } from './plain-data.ts'
import type { Report } from './report.ts'
import { unwrap } from './schema-keys.ts'
import { suggest } from './suggest.ts'

type Raw = Readonly<Record<string, unknown>>

/** Checks of a configuration in the newer form that a schema cannot say. Takes the raw value and never throws. */
export function checkNewer(config: Raw, report: Report): void {
  remark(newerSchema, config, [], report)
  for (const side of ['sourceClusters', 'targetClusters']) {
    for (const [name, cluster] of entriesOf(config[side])) checkCluster(cluster, [side, name], report)
  }
  for (const [index, entry] of itemsOf(config['snapshotMigrationConfigs'])) {
    if (isRecord(entry)) checkEntry(config, entry, ['snapshotMigrationConfigs', index], report)
  }
}

/** Says of every key that is there and not followed why that is so. */
function remark(schema: z.core.$ZodType, value: unknown, path: readonly string[], report: Report): void {
  const inner = unwrap(schema)
  const found = remarkOf(inner)
  if (found !== undefined) {
    // What is switched off or empty asks for nothing.
    if (value === false || value === null || value === '' || (Array.isArray(value) && value.length === 0)) return
    const key = path.at(-1)!
    if (found.kind === 'unsupported') {
      report.key(path, {
        code: 'CFG_UNSUPPORTED',
        message: `'${key}' cannot be followed`,
        hint: sentence(found.reason),
      })
    } else {
      const words = {
        code: 'CFG_NO_EFFECT',
        message: `'${key}' has no effect here`,
        hint: sentence(found.reason),
      } as const
      report.key(path, { severity: 'warning', ...words })
    }
  } else if (inner instanceof z.ZodObject) {
    const shape = inner.shape as Record<string, z.core.$ZodType>
    for (const [key, child] of entriesOf(value)) {
      if (Object.hasOwn(shape, key)) remark(shape[key]!, child, [...path, key], report)
    }
  } else if (inner instanceof z.ZodArray) {
    for (const [key, child] of itemsOf(value)) remark(inner.element, child, [...path, key], report)
  } else if (inner instanceof z.ZodRecord) {
    for (const [key, child] of entriesOf(value)) remark(inner.valueType, child, [...path, key], report)
  }
}

function sentence(reason: string): string {
  return `${reason[0]!.toUpperCase()}${reason.slice(1)}.`
}

function checkCluster(cluster: unknown, path: readonly string[], report: Report): void {
  if (!isRecord(cluster)) return
  if (cluster['allowInsecure'] === true) {
    report.value([...path, 'allowInsecure'], {
      severity: 'warning',
      code: 'CFG_INSECURE',
      message: 'the certificate is not verified, so anyone on the way can read and change what is sent',
      hint: 'The page’s form takes a private authority: tls.caFile.',
    })
  }
  const kinds = ['basic', 'sigv4', 'mtls'].filter((kind) => valueAt(cluster, ['authConfig', kind]) !== undefined)
  for (const kind of kinds.slice(1)) {
    report.key([...path, 'authConfig', kind], {
      code: 'CFG_CONTRADICTION',
      message: `a cluster has one way to authenticate: '${kinds[0]!}' and '${kind}' cannot both be there`,
      hint: 'Remove one of them.',
    })
  }
  const info = cluster['snapshotInfo']
  if (!isRecord(info)) return
  for (const [name, snapshot] of entriesOf(info['snapshots'])) {
    const at = [...path, 'snapshotInfo', 'snapshots', name]
    const config = valueAt(snapshot, ['config'])
    const ways = ['createSnapshotConfig', 'externallyManagedSnapshotName']
    const present = ways.filter((way) => valueAt(config, [way]) !== undefined)
    if (isRecord(config) && present.length !== 1) {
      report.key([...at, 'config', ...present.slice(1)], {
        code: present.length === 0 ? 'CFG_MISSING_KEY' : 'CFG_CONTRADICTION',
        message: `${placeName(at.slice(2))}.config needs exactly one of ${ways.join(' and ')}`,
        hint: 'Write createSnapshotConfig: {} for a snapshot to take.',
      })
    }
    checkName(valueAt(snapshot, ['repoName']), info['repos'], [...at, 'repoName'], 'repos', report)
  }
}

function checkEntry(config: Raw, entry: Raw, path: readonly string[], report: Report): void {
  const { fromSource, toTarget } = entry
  checkName(fromSource, config['sourceClusters'], [...path, 'fromSource'], 'sourceClusters', report)
  checkName(toTarget, config['targetClusters'], [...path, 'toTarget'], 'targetClusters', report)
  const source = typeof fromSource === 'string' ? valueAt(config, ['sourceClusters', fromSource]) : undefined
  for (const [snapshot, passes] of entriesOf(entry['perSnapshotConfig'])) {
    const at = [...path, 'perSnapshotConfig', snapshot]
    if (isRecord(source)) {
      const known = valueAt(source, ['snapshotInfo', 'snapshots']) ?? {}
      checkName(snapshot, known, at, `snapshotInfo.snapshots of '${String(fromSource)}'`, report)
    }
    for (const [index, pass] of itemsOf(passes)) if (isRecord(pass)) checkPass(pass, [...at, index], report)
  }
}

function checkPass(pass: Raw, path: readonly string[], report: Report): void {
  const { metadataMigrationConfig: metadata, documentBackfillConfig: backfill } = pass
  if (metadata === undefined && backfill === undefined) {
    report.value(path, {
      code: 'CFG_NOTHING_TO_DO',
      message: `${placeName(path)} migrates neither metadata nor documents`,
      hint: 'Add metadataMigrationConfig: {} or documentBackfillConfig: {}.',
    })
  }
  const lists: [string, string][] = [
    ['metadataMigrationConfig', 'indexAllowlist'],
    ['metadataMigrationConfig', 'indexTemplateAllowlist'],
    ['metadataMigrationConfig', 'componentTemplateAllowlist'],
    ['documentBackfillConfig', 'indexAllowlist'],
  ]
  for (const [part, list] of lists) {
    for (const [index, pattern] of itemsOf(valueAt(pass, [part, list]))) {
      if (typeof pattern !== 'string' || globOf(pattern) !== undefined) continue
      report.value([...path, part, list, index], {
        code: 'CFG_PATTERN',
        message: `'${pattern}' cannot be said with * and ?`,
        hint: 'Patterns can have .* and . and escaped characters; list alternatives one by one.',
      })
    }
  }
}

function checkName(name: unknown, among: unknown, path: readonly string[], where: string, report: Report): void {
  if (typeof name !== 'string' || name === '' || !isRecord(among) || Object.hasOwn(among, name)) return
  const names = Object.keys(among)
  const meant = suggest(name, names)
  const known = names.length === 0 ? 'Add it there.' : `Known are: ${names.join(', ')}.`
  const code = /source/.test(where)
    ? 'CFG_UNKNOWN_SOURCE'
    : /target/.test(where)
      ? 'CFG_UNKNOWN_TARGET'
      : 'CFG_UNKNOWN_REFERENCE'
  const words = {
    message: `there is no '${name}' in ${where}`,
    hint: meant === undefined ? known : `Did you mean '${meant}'?`,
  }
  const at = where.startsWith('snapshotInfo') ? 'key' : 'value'
  report[at](path, { code: where.startsWith('snapshotInfo') ? 'CFG_UNKNOWN_REFERENCE' : code, ...words })
}
