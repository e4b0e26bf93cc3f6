import { compileGlob } from '../../core/patterns.ts'
import type { SettingValue } from '../flat-settings.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { RuleContext, SettingsRule } from '../rule.ts'
import { targetKnowsSetting } from '../target-settings.ts'
import { isAtLeast, productName } from '../version-range.ts'

/** Names and filters of nodes are those of the source cluster. */
export const allocationSettings: SettingsRule = {
  kind: 'settings',
  name: 'allocation-settings',
  summary:
    'Allocation filters, tiers and limits name nodes of the source; on the target they would leave shards unassigned.',
  edit(settings, entry, { options }) {
    if (options.keepAllocation) return
    const matches = compileGlob('index.routing.allocation.*')
    dropWhere(settings, entry, matches, 'describes the nodes of the source (`keepAllocation` sends it nevertheless)')
  },
}

/** A block would stop the load. */
export const blocks: SettingsRule = {
  kind: 'settings',
  name: 'blocks',
  summary: 'Write and read blocks would stop the load; set them again when it is done.',
  edit(settings, entry) {
    const matches = compileGlob('index.blocks.*')
    dropWhere(settings, entry, matches, 'a block would refuse the documents; set it again after the load')
  },
}

/** New indices always have soft deletes. */
export const softDeletes: SettingsRule = {
  kind: 'settings',
  name: 'soft-deletes',
  summary: 'Indices can no longer be created without soft deletes.',
  target: { distribution: 'opensearch', from: '2.0' },
  edit(settings, entry) {
    const matches = (name: string): boolean => name === 'index.soft_deletes.enabled'
    dropWhere(settings, entry, matches, 'soft deletes are always on and the setting is refused when it is false')
  },
}

/** Retention of the translog has no effect with soft deletes. */
export const translogRetention: SettingsRule = {
  kind: 'settings',
  name: 'translog-retention',
  summary: 'Retention of the translog has had no effect since soft deletes; the settings are not sent.',
  edit(settings, entry) {
    const matches = compileGlob('index.translog.retention.*')
    dropWhere(settings, entry, matches, 'is ignored by indices with soft deletes, which all new ones have')
  },
}

const SIMPLE_CODECS: ReadonlySet<SettingValue> = new Set(['default', 'best_compression', 'lucene_default'])
const CODEC_ALIASES: ReadonlyMap<SettingValue, string> = new Map([
  ['legacy_default', 'default'],
  ['legacy_best_compression', 'best_compression'],
])

/** The codec where the target has it, else the nearest. */
export const codec: SettingsRule = {
  kind: 'settings',
  name: 'codec',
  summary: 'The stored-field codec is kept where the target has it; else the nearest one is taken.',
  edit(settings, entry, { target }) {
    const value = settings.get('index.codec')
    if (value === undefined || SIMPLE_CODECS.has(value)) return
    const modern = isAtLeast(target, '2.9')
    if (modern && (value === 'lz4' || value === 'zlib')) return
    if (modern && target.plugins.has('opensearch-custom-codecs')) {
      if (value === 'zstd' || value === 'zstd_no_dict') return
      if (isAtLeast(target, '2.15') && /^qat_/.test(String(value))) return
    }
    const fast = value === 'lz4' || value === 'qat_lz4'
    const nearest = CODEC_ALIASES.get(value) ?? (fast ? 'default' : 'best_compression')
    settings.set('index.codec', nearest)
    entry.note(
      'approximated',
      'index.codec',
      value,
      nearest,
      `${productName(target)} as it is installed has no codec ${String(value)}`,
    )
    if (settings.delete('index.codec.compression_level')) {
      entry.note('dropped', 'index.codec.compression_level', value, undefined, `only zstd codecs have levels`)
    }
  },
}

/** Store types of old versions. */
export const storeType: SettingsRule = {
  kind: 'settings',
  name: 'store-type',
  summary: 'Store types that the target lacks give way to its default.',
  edit(settings, entry) {
    const value = settings.get('index.store.type')
    if (value === undefined || /^(fs|niofs|mmapfs|hybridfs)$/.test(String(value))) return
    settings.delete('index.store.type')
    entry.note('dropped', 'index.store.type', value, undefined, 'the target chooses its own way to store files')
  },
}

/** The last word on settings: what the target would refuse is left out, and said. */
export const unknownSettings: SettingsRule = {
  kind: 'settings',
  name: 'unknown-settings',
  summary:
    'Settings that the target is not known to have are not sent, because one of them would refuse the whole index.',
  edit(settings, entry, context) {
    const { target, options } = context
    const wanted = options.keepSettings.map(compileGlob)
    const unknown = (name: string): boolean =>
      !targetKnowsSetting(name, target) && !wanted.some((matches) => matches(name)) && !isOfSameProduct(name, context)
    const reason = `${productName(target)} has no such setting, or needs a plugin for it (\`keepSettings\` sends it nevertheless)`
    dropWhere(settings, entry, unknown, reason)
  },
}

/** A setting of an OpenSearch that is not newer than the target needs no table, unless a plugin brings it. */
function isOfSameProduct(name: string, { source, target }: RuleContext): boolean {
  return (
    source.distribution === target.distribution &&
    isAtLeast(target, `${source.major}.${source.minor}`) &&
    source.major === target.major &&
    !/^index\.(knn|plugins|opendistro|replication\.plugins|correlation|neural)\b/.test(name)
  )
}

function dropWhere(
  settings: Map<string, SettingValue>,
  entry: LedgerEntry,
  matches: (name: string) => boolean,
  reason: string,
): void {
  for (const [name, value] of settings) {
    if (!matches(name)) continue
    settings.delete(name)
    entry.note('dropped', name, value, undefined, reason)
  }
}
