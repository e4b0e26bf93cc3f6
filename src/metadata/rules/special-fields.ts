import { isJsonObject } from '../../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../../codec/json-value.ts'
import { booleanOf, jsonObject, withMember, withoutMembers } from '../json-edit.ts'
import type { FieldRule } from '../rule.ts'

const GEO_VALIDATION = ['validate', 'validate_lat', 'validate_lon', 'normalize', 'normalize_lat', 'normalize_lon']
const GEO_EXTRA = ['lat_lon', 'geohash', 'geohash_prefix', 'geohash_precision']

/** Parameters of geo points until 5.0. */
export const geoPoint: FieldRule = {
  kind: 'field',
  name: 'geo-point',
  summary: 'Geo points of 1.x and 2.x lose their extra fields; `validate: false` becomes `ignore_malformed: true`.',
  edit(field, entry) {
    if (field['type'] !== 'geo_point') return field
    const lenient = ['validate', 'validate_lat', 'validate_lon'].some((name) => booleanOf(field[name]) === false)
    for (const name of [...GEO_VALIDATION, ...GEO_EXTRA]) {
      if (field[name] === undefined) continue
      const reason = GEO_EXTRA.includes(name)
        ? 'fields of latitude, longitude and geohash beside a point ended with 5.0'
        : 'points are validated unless ignore_malformed is set'
      entry.note('dropped', name, field[name], undefined, reason)
    }
    const rest = withoutMembers(field, ...GEO_VALIDATION, ...GEO_EXTRA)
    if (!lenient || rest['ignore_malformed'] !== undefined) return rest
    entry.note('changed', 'ignore_malformed', undefined, true, 'points were not validated')
    return withMember(rest, 'ignore_malformed', true)
  },
}

/** Planar geometry has other names. */
export const planarGeometry: FieldRule = {
  kind: 'field',
  name: 'planar-geometry',
  summary: '`point` and `shape` are called `xy_point` and `xy_shape`, with the geospatial plugin.',
  target: { distribution: 'opensearch', from: '2.4' },
  edit(field, entry, { target }) {
    const type = field['type']
    if ((type !== 'point' && type !== 'shape') || !target.plugins.has('opensearch-geospatial')) return field
    entry.note('changed', 'type', type, `xy_${type}`, 'the same type under another name')
    return withMember(field, 'type', `xy_${type}`)
  },
}

/** Completion fields until 5.0. */
export const completion: FieldRule = {
  kind: 'field',
  name: 'completion',
  summary: 'Completion fields of 1.x and 2.x: `context` becomes a list of `contexts`; payloads ended with 5.0.',
  edit(field, entry) {
    if (field['type'] !== 'completion') return field
    let edited = field
    if (field['payloads'] !== undefined) {
      entry.note('dropped', 'payloads', field['payloads'], undefined, 'suggestions have no payloads since 5.0')
      if (booleanOf(field['payloads']) === true) {
        const detail = 'documents whose suggestions have `payload` or `output` will be refused'
        entry.problem('', detail, 'take these members out of the documents, or map the field with `enabled: false`')
      }
      edited = withoutMembers(edited, 'payloads')
    }
    const context = field['context']
    if (!isJsonObject(context)) return edited
    const contexts = Object.entries(context).map(([name, definition]) => contextOf(name, definition))
    entry.note('changed', 'context', context, contexts, 'contexts are a list since 5.0; defaults of contexts are not')
    const present = Array.isArray(edited['contexts']) ? edited['contexts'] : contexts
    return jsonObject([
      ...Object.entries(withoutMembers(edited, 'context', 'contexts')),
      ['contexts', present as JsonValue],
    ])
  },
}

function contextOf(name: string, definition: JsonValue): JsonObject {
  const members = isJsonObject(definition) ? Object.entries(definition) : []
  const known = members.filter(([member]) => ['type', 'path', 'precision'].includes(member))
  const single = known.map(([member, value]): [string, JsonValue] =>
    member === 'precision' && Array.isArray(value)
      ? [member, (value as readonly JsonValue[])[0] ?? 6]
      : [member, value],
  )
  return jsonObject([['name', name], ...single])
}
