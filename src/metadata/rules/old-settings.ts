import { booleanOf } from '../json-edit.ts'
import type { SettingsRule } from '../rule.ts'

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['index.cache.query.enable', 'index.requests.cache.enable'],
  ['index.translog.fs.flush_threshold_size', 'index.translog.flush_threshold_size'],
  ['index.percolator.map_unmapped_fields_as_string', 'index.percolator.map_unmapped_fields_as_text'],
])

/** Settings under their present names. */
export const renamedSettings: SettingsRule = {
  kind: 'settings',
  name: 'renamed-settings',
  summary: 'Settings that were renamed before 7.0 get their present names.',
  source: { distribution: 'elasticsearch', before: '7.0' },
  edit(settings, entry) {
    for (const [from, to] of RENAMED) {
      const value = settings.get(from)
      if (value === undefined || settings.has(to)) continue
      settings.delete(from)
      settings.set(to, value)
      entry.note('changed', from, value, undefined, `is ${to} now`)
    }
  },
}

const TIMES =
  /^index\.(refresh_interval|gc_deletes|translog\.sync_interval|unassigned\.node_left\.delayed_timeout|search\.slowlog\.threshold\..+|indexing\.slowlog\.threshold\..+)$/
const SIZES = /^index\.(translog\.flush_threshold_size|merge\.policy\.(floor_segment|max_merged_segment))$/

/** Units could be left out until 2.0. */
export const units: SettingsRule = {
  kind: 'settings',
  name: 'units',
  summary: 'Times and sizes without a unit, legal until 2.0, get `ms` and `b`.',
  source: { distribution: 'elasticsearch', before: '5.0' },
  edit(settings, entry) {
    for (const [name, value] of settings) {
      const unit = TIMES.test(name) ? 'ms' : SIZES.test(name) ? 'b' : undefined
      if (unit === undefined || typeof value !== 'string' || !/^[1-9]\d*$/.test(value)) continue
      settings.set(name, value + unit)
      entry.note('changed', name, value, value + unit, 'times and sizes need a unit since 2.0')
    }
  },
}

const BOOLEANS = new Set(
  (
    'requests.cache.enable mapping.coerce mapping.ignore_malformed warmer.enabled queries.cache.enabled hidden ' +
    'load_fixed_bitset_filters_eagerly percolator.map_unmapped_fields_as_text merge.scheduler.auto_throttle ' +
    'optimize_auto_generated_id indexing.slowlog.reformat'
  )
    .split(' ')
    .map((name) => `index.${name}`),
)

/** Booleans had many spellings until 6.0. */
export const booleanSettings: SettingsRule = {
  kind: 'settings',
  name: 'boolean-settings',
  summary: 'Boolean settings spelt `yes`, `no`, `on`, `off`, `1` or `0`, legal until 6.0, become true and false.',
  source: { distribution: 'elasticsearch', before: '6.0' },
  edit(settings, entry) {
    for (const [name, value] of settings) {
      if (!BOOLEANS.has(name) || typeof value !== 'string' || value === 'true' || value === 'false') continue
      const after = booleanOf(value)
      if (after === undefined) continue
      settings.set(name, String(after))
      entry.note('changed', name, value, String(after), 'only true and false are booleans since 6.0')
    }
  },
}

/** Values that the target refuses or reads otherwise. */
export const oldValues: SettingsRule = {
  kind: 'settings',
  name: 'old-values',
  summary: '`_all` as default field and the repairing shard check of old versions are not sent.',
  edit(settings, entry) {
    const drop = (name: string, value: string, reason: string): void => {
      if (settings.get(name) !== value) return
      settings.delete(name)
      entry.note('dropped', name, value, undefined, reason)
    }
    drop('index.query.default_field', '_all', 'there is no _all field; all fields are searched by default')
    drop('index.shard.check_on_startup', 'fix', 'a shard check repairs nothing since 7.0')
  },
}
