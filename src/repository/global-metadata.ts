import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { flatSettings } from './flat-settings.ts'
import type { FlatSettings } from './flat-settings.ts'
import { MetadataFields } from './metadata-fields.ts'
import { unpackValues } from './unpack-values.ts'

/** A data stream: one name for a row of backing indices. */
export interface DataStream {
  readonly name: string
  readonly timestampField: string
  /** Names of the backing indices, oldest first. */
  readonly backingIndices: readonly string[]
  readonly generation: number | undefined
  readonly raw: JsonObject
}

/** An alias of whole data streams (Elasticsearch 7.14 and later; OpenSearch uses aliases of the backing indices). */
export interface DataStreamAlias {
  readonly dataStreams: readonly string[]
  readonly raw: JsonObject
}

/** The cluster-wide part of a snapshot; almost empty when it was taken without the global state. */
export interface GlobalMetadata {
  /** Uuid of the cluster; undefined when the global state is not in the snapshot. */
  readonly clusterUuid: string | undefined
  /** Persistent cluster settings. */
  readonly settings: FlatSettings
  /** Templates of the first kind, `_template`, as stored. */
  readonly legacyTemplates: ReadonlyMap<string, JsonObject>
  /** Composable templates, `_index_template` (7.8 and later). */
  readonly indexTemplates: ReadonlyMap<string, JsonObject>
  readonly componentTemplates: ReadonlyMap<string, JsonObject>
  readonly dataStreams: ReadonlyMap<string, DataStream>
  readonly dataStreamAliases: ReadonlyMap<string, DataStreamAlias>
  /** Configurations by pipeline id. */
  readonly ingestPipelines: ReadonlyMap<string, JsonObject>
  /** By id; 5.x lists a script also as `lang#id`. */
  readonly storedScripts: ReadonlyMap<string, JsonObject>
  /** Everything that is stored, for what has no member of its own. */
  readonly raw: JsonObject
}

/** Reads the parsed global metadata blob; `BLOB_CORRUPT` when a member has the wrong type. Source: Elasticsearch `Metadata.Builder.toXContent`. */
export function parseGlobalMetadata(json: JsonValue, subject: string): GlobalMetadata {
  const fields = new MetadataFields(unpackValues(json, subject), subject).object('meta-data')
  const uuid = fields.optionalString('cluster_uuid') ?? fields.optionalString('uuid')
  const settings = fields.optionalObject('settings')
  const streams = fields.optionalObject('data_stream')
  return {
    clusterUuid: uuid === '_na_' ? undefined : uuid,
    settings: settings === undefined ? new Map() : flatSettings(settings),
    legacyTemplates: namedObjects(fields.optionalObject('templates')),
    indexTemplates: namedObjects(fields.optionalObject('index_template')?.optionalObject('index_template')),
    componentTemplates: namedObjects(fields.optionalObject('component_template')?.optionalObject('component_template')),
    dataStreams: mapMembers(streams?.optionalObject('data_stream'), dataStream),
    dataStreamAliases: mapMembers(streams?.optionalObject('data_stream_aliases'), (alias) => ({
      dataStreams: alias.strings('data_streams'),
      raw: alias.value,
    })),
    ingestPipelines: pipelines(fields.optionalObject('ingest')),
    storedScripts: storedScripts(fields.optionalObject('stored_scripts')),
    raw: fields.value,
  }
}

function dataStream(fields: MetadataFields, name: string): DataStream {
  return {
    name,
    timestampField: fields.optionalObject('timestamp_field')?.optionalString('name') ?? '@timestamp',
    backingIndices: fields.objects('indices').map((index) => index.string('index_name')),
    generation: fields.optionalCount('generation'),
    raw: fields.value,
  }
}

function pipelines(ingest: MetadataFields | undefined): Map<string, JsonObject> {
  const list = ingest?.objects('pipeline') ?? []
  return new Map(list.map((pipeline) => [pipeline.string('id'), pipeline.object('config').value]))
}

/** Early scripts are plain text instead of an object; those have no language and cannot be sent anywhere. */
function storedScripts(scripts: MetadataFields | undefined): Map<string, JsonObject> {
  const entries = scripts?.entries() ?? []
  return new Map(entries.flatMap(([id, script]) => (isJsonObject(script) ? [[id, script]] : [])))
}

function namedObjects(fields: MetadataFields | undefined): Map<string, JsonObject> {
  return mapMembers(fields, (member) => member.value)
}

function mapMembers<T>(
  fields: MetadataFields | undefined,
  convert: (member: MetadataFields, name: string) => T,
): Map<string, T> {
  return new Map((fields?.objectEntries() ?? []).map(([name, member]) => [name, convert(member, name)]))
}
