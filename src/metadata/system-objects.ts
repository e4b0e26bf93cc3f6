import { compileGlob } from '../core/patterns.ts'
import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject } from '../codec/json-value.ts'

/** What a name may be of. */
export type ObjectKind = 'index' | 'legacy template' | 'index template' | 'component template' | 'data stream'

/**
 * Why an object is left out unless it is asked for by name: the cluster or a product made it, not a user. Undefined for
 * objects of users. Backing indices of data streams (`.ds-…`) are data, though their names begin with a dot.
 */
export function systemObjectReason(kind: ObjectKind, name: string, definition?: JsonObject): string | undefined {
  const row = TABLE.find(({ kinds, matches }) => kinds.includes(kind) && matches.some((match) => match(name)))
  if (row !== undefined) return row.reason
  if (kind !== 'index' && isManaged(definition)) return 'is marked as managed by the product that made it'
  if (name.startsWith('.') && !/^\.(ds|fs)-/.test(name)) return 'names that begin with a dot belong to the system'
  return undefined
}

function isManaged(definition: JsonObject | undefined): boolean {
  const meta = definition?.['_meta']
  return isJsonObject(meta) && (meta['managed'] === true || isJsonObject(meta['package']))
}

interface Row {
  readonly kinds: readonly ObjectKind[]
  readonly reason: string
  readonly matches: readonly ((name: string) => boolean)[]
}

const EVERY: readonly ObjectKind[] = ['index', 'legacy template', 'index template', 'component template', 'data stream']
const TEMPLATES: readonly ObjectKind[] = ['legacy template', 'index template', 'component template']

/** Source: templates that Elasticsearch 5 to 9 (x-pack, Fleet) and OpenSearch install by themselves. */
const TABLE: readonly Row[] = [
  row(EVERY, 'is of Kibana or OpenSearch Dashboards; saved objects move by export and import', [
    '.kibana*',
    '.opensearch_dashboards*',
    '.tasks',
    '.reporting*',
    '.apm-agent-configuration',
    '.apm-custom-link',
    'kibana_index_template*',
    'tenant_template',
  ]),
  row(EVERY, 'is of the security plugin; users and roles move by its own interface', [
    '.security*',
    '.opendistro_security',
    '.opensearch_security',
    '.searchguard*',
    'searchguard',
    'security-index-template*',
    'security_audit_log',
    'security-auditlog-*',
    '.opendistro-*',
    '.opensearch-*',
    '.plugins-*',
    '.ql-datasources',
    '.replication-metadata-store',
  ]),
  row(EVERY, 'is of monitoring of the source cluster', [
    '.monitoring*',
    '.marvel*',
    'monitoring-*@*',
    '.alerts-*',
    '.internal.alerts-*',
    'top_queries-*',
    'query_insights_*',
  ]),
  row(EVERY, 'is of the watcher of the source cluster', [
    '.watch*',
    '.triggered_watches*',
    'triggered_watches',
    'watches',
    'watch_history_*',
    '.watch-history-*',
  ]),
  row(EVERY, 'is a history that index lifecycle or snapshot management writes', [
    'ilm-history*',
    'slm-history*',
    '.ds-ilm-history-*',
    '.ds-.slm-history-*',
    '.slm-history*',
    '.ds-.*',
    '.fs-.*',
    '.deprecation-*',
    '.logs-deprecation*',
  ]),
  row(EVERY, 'is of machine learning, transforms or enrichment of the source cluster', [
    '.ml-*',
    '.transform-*',
    '.data-frame-*',
    '.enrich-*',
    '.inference*',
    '.elastic-connectors*',
    'elastic-connectors*',
    'search-acl-filter',
    'behavioral_analytics-*',
    '.async-search*',
    '.geoip_databases',
    '.fleet*',
    '.synonyms*',
    '.rollup-*',
    '.profiling-*',
    'profiling-*',
    '.ccr-*',
  ]),
  row(TEMPLATES, 'is installed by Elasticsearch itself (x-pack stack templates)', [
    'data-streams@*',
    'ecs@*',
    'logs@*',
    'metrics@*',
    'synthetics@*',
    'traces@*',
    'traces-apm*',
    'metrics-apm*',
    'logs-apm*',
    'apm@*',
    'apm-*@*',
    'otel@*',
    'semconv-*',
    'logs-otel@*',
    'metrics-otel@*',
    'traces-otel@*',
    'logstash-index-template',
    '@abc_template@*',
    'entities_v1_*',
    'kibana-reporting*',
    'saved-objects*',
  ]),
  row(TEMPLATES, 'is installed by Elastic Agent and its integrations', [
    'logs-elastic_agent*',
    'metrics-elastic_agent*',
    'logs-endpoint.*',
    'metrics-endpoint.*',
    'logs-system.*',
    'metrics-system.*',
    'logs-index_pattern',
    'metrics-index_pattern',
    'metrics-metadata-*',
    'elastic_agent.*',
    '*@package',
    '*@custom-lifecycle',
  ]),
  row(['index', 'data stream'], 'holds nothing but a placeholder of Elastic Agent', ['*-index_pattern_placeholder']),
]

function row(kinds: readonly ObjectKind[], reason: string, globs: readonly string[]): Row {
  return { kinds, reason, matches: globs.map(compileGlob) }
}
