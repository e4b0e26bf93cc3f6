import { compileGlob } from '../../core/patterns.ts'
import type { SettingsRule } from '../rule.ts'
import type { VersionRange } from '../version-range.ts'

/** Settings that never travel, by why. The last rule of all, `unknown-settings`, catches what no table names. */
export const DROPPED_SETTINGS: readonly SettingsRule[] = [
  drops(
    'private-settings',
    'What a cluster writes about its own copy of an index is not sent.',
    'the target sets its own',
    [
      'index.uuid',
      'index.creation_date',
      'index.creation_date_string',
      'index.provided_name',
      'index.version.*',
      'index.history.uuid',
      'index.verified_before_close',
      'index.search.throttled',
      'index.allocation.existing_shards_allocator',
      'index.resize.*',
      'index.shrink.*',
      'index.routing.allocation.initial_recovery.*',
      'index.recovery.type',
      'index.context.*',
      'index.source_only',
      'index.store.snapshot.*',
      'index.searchable_snapshot.*',
      'index.remote_store.*',
      'index.tiering.*',
      'index.transport_version.*',
    ],
  ),
  drops(
    'lifecycle-settings',
    'Index lifecycle management is of Elasticsearch alone; OpenSearch has index state management.',
    'index lifecycle policies do not exist in OpenSearch; write an index state management policy for this index',
    ['index.lifecycle.*', 'index.xpack.rollup.*', 'index.downsample.*'],
    { distribution: 'elasticsearch' },
  ),
  drops(
    'xpack-settings',
    'Settings of the commercial features of Elasticsearch are not sent.',
    'belongs to a feature of Elasticsearch that OpenSearch does not have',
    ['index.xpack.*', 'index.frozen', 'index.rollup.*', 'index.override_write_load_forecast', 'index.esql.*'],
    { distribution: 'elasticsearch' },
  ),
  drops(
    'index-mode',
    'Time series and logs modes of Elasticsearch become ordinary indices.',
    'index modes and synthetic sources do not exist in OpenSearch; documents are stored with their whole source',
    [
      'index.mode',
      'index.time_series.*',
      'index.routing_path',
      'index.dimensions*',
      'index.look_ahead_time',
      'index.look_back_time',
      'index.logsdb.*',
      'index.recovery.use_synthetic_source',
      'index.mapping.source.*',
      'index.mapping.synthetic_source_keep',
      'index.mapping.dimension_fields.limit',
      'index.mapping.ignore_dynamic_beyond_limit',
      'index.mapping.exclude_source_vectors',
      'index.disable_sequence_numbers',
      'index.seq_no.index_options',
    ],
    { distribution: 'elasticsearch' },
  ),
  drops(
    'dynamic-mapper-setting',
    '`index.mapper.dynamic` went with 6.0; `dynamic` in the mapping says the same.',
    'the setting was removed in 6.0 and is refused; set `dynamic` in the mapping instead',
    ['index.mapper.dynamic'],
  ),
  drops(
    'single-type-settings',
    'Switches of the transition from many mapping types to one are not sent.',
    'indices of OpenSearch have one type and no switch for it',
    ['index.mapping.single_type', 'index.mapper.default_mapping_location'],
  ),
  drops(
    'data-path',
    'A folder of the source nodes says nothing to the target.',
    'names a folder on the nodes of the source',
    ['index.data_path', 'index.shared_filesystem.*', 'index.shadow_replicas'],
  ),
  drops(
    'early-storage-settings',
    'Storage settings of Elasticsearch 1 to 5 that later versions decide by themselves.',
    'was removed before OpenSearch began; the server decides this itself',
    [
      'index.translog.flush_threshold_ops',
      'index.translog.flush_threshold_period',
      'index.translog.disable_flush',
      'index.translog.fs.*',
      'index.translog.type',
      'index.translog.interval',
      'index.gateway.*',
      'index.cache.*',
      'index.codec.bloom.*',
      'index.store.throttle.*',
      'index.store.compress.*',
      'index.store.distributor',
      'index.merge.async',
      'index.merge.async_interval',
      'index.merge.policy.type',
      'index.merge.policy.min_merge_size',
      'index.merge.policy.max_merge_size',
      'index.merge.policy.max_merge_docs',
      'index.merge.policy.merge_factor',
      'index.merge.policy.calibrate_size_by_deletes',
      'index.merge.scheduler.type',
      'index.fail_on_merge_failure',
      'index.compound_on_flush',
      'index.term_index_interval',
      'index.term_index_divisor',
      'index.index_concurrency',
      'index.concurrency',
      'index.recovery.initial_shards',
      'index.ttl.*',
      'index.legacy.*',
      'index.engine.*',
      'index.query.bool.*',
    ],
    { distribution: 'elasticsearch', before: '7.0' },
  ),
]

function drops(
  name: string,
  summary: string,
  reason: string,
  patterns: readonly string[],
  source?: VersionRange,
): SettingsRule {
  const matchers = patterns.map(compileGlob)
  return {
    kind: 'settings',
    name,
    summary,
    ...(source !== undefined && { source }),
    edit(settings, entry) {
      for (const [setting, value] of settings) {
        if (!matchers.some((matches) => matches(setting))) continue
        settings.delete(setting)
        entry.note('dropped', setting, value, undefined, reason)
      }
    },
  }
}
