import { isJsonObject } from '../../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../../codec/json-value.ts'
import { jsonObject, objectMember, withMember, withoutMembers } from '../json-edit.ts'
import type { FieldRule, RuleContext, SettingsRule } from '../rule.ts'
import { isAtLeast } from '../version-range.ts'

const PLUGIN = 'opensearch-knn'

/** Names of distances: Elasticsearch, OpenSearch. */
const SPACES: Readonly<Record<string, string>> = {
  cosine: 'cosinesimil',
  dot_product: 'innerproduct',
  max_inner_product: 'innerproduct',
  l2_norm: 'l2',
}

/** Vectors of Elasticsearch for the k-NN plugin. */
export const denseVector: FieldRule = {
  kind: 'field',
  name: 'dense-vector',
  summary: '`dense_vector` becomes `knn_vector` with the same dimension, distance and graph where the k-NN plugin is.',
  source: { distribution: 'elasticsearch' },
  edit(field, entry, { target, place, source }) {
    const dimension = field['dims']
    if (field['type'] !== 'dense_vector' || place !== 'property' || !target.plugins.has(PLUGIN)) return field
    if (dimension === undefined) {
      entry.problem(
        'dims',
        'the number of dimensions is not known before the first document',
        'map the field on the target beforehand',
      )
      return field
    }
    const element = field['element_type']
    if (element === 'bit' || element === 'byte' || element === 'bfloat16') {
      entry.note('kept-different', 'element_type', element, undefined, 'the values are stored as floats')
    }
    // Vectors of 7.x were never indexed; later ones are unless they say otherwise.
    const indexed =
      field['index'] === undefined ? isAtLeast(source, '8.11') : field['index'] !== false && field['index'] !== 'false'
    const members: [string, JsonValue][] = [
      ['type', 'knn_vector'],
      ['dimension', dimension],
    ]
    if (indexed) members.push(['method', methodOf(field)])
    const after = jsonObject(members)
    entry.note('changed', '', field, after, 'vectors are searched by the k-NN plugin')
    return after
  },
}

function methodOf(field: JsonObject): JsonObject {
  const options = objectMember(field, 'index_options')
  const parameters = ['m', 'ef_construction'].flatMap((name): [string, JsonValue][] => {
    const value = options?.[name]
    return value === undefined ? [] : [[name, value]]
  })
  const similarity = field['similarity']
  return jsonObject([
    ['name', 'hnsw'],
    ['engine', 'lucene'],
    ['space_type', SPACES[typeof similarity === 'string' ? similarity : 'cosine'] ?? 'cosinesimil'],
    ['parameters', jsonObject(parameters)],
  ])
}

const INDEX_PARAMETERS = ['index.knn.algo_param.m', 'index.knn.algo_param.ef_construction', 'index.knn.space_type']

/** Fields whose method was a setting of the index. */
export const knnMethod: FieldRule = {
  kind: 'field',
  name: 'knn-method',
  summary: 'From OpenSearch 3.0 on the method of a `knn_vector` stands in its field, and nmslib gives way to faiss.',
  target: { distribution: 'opensearch', from: '3.0' },
  edit(field, entry, { settings }) {
    if (field['type'] !== 'knn_vector') return field
    const method = field['method']
    if (isJsonObject(method)) {
      if (method['engine'] !== 'nmslib') return field
      entry.note('approximated', 'method.engine', 'nmslib', 'faiss', 'OpenSearch 3 creates no nmslib indices')
      return withMember(field, 'method', withMember(method, 'engine', 'faiss'))
    }
    const text = (name: string): string | undefined => {
      const value = settings.get(name)
      return typeof value === 'string' ? value : undefined
    }
    const [m, construction, space] = INDEX_PARAMETERS.map(text)
    if (field['model_id'] !== undefined || (m ?? construction ?? space) === undefined) return field
    const parameters: [string, JsonValue][] = []
    if (m !== undefined) parameters.push(['m', Number(m)])
    if (construction !== undefined) parameters.push(['ef_construction', Number(construction)])
    const after = jsonObject([
      ['name', 'hnsw'],
      ['engine', 'faiss'],
      ['space_type', space ?? 'l2'],
      ['parameters', jsonObject(parameters)],
    ])
    entry.note('changed', 'method', undefined, after, 'was a setting of the index')
    return withMember(field, 'method', after)
  },
}

/** Settings whose content {@link knnMethod} writes into fields. */
export const knnSettings: SettingsRule = {
  kind: 'settings',
  name: 'knn-settings',
  summary: 'Parameters of k-NN for a whole index ended with OpenSearch 3.0; they move into the fields.',
  target: { distribution: 'opensearch', from: '3.0' },
  edit(settings, entry) {
    for (const name of INDEX_PARAMETERS) {
      const value = settings.get(name)
      if (value === undefined) continue
      settings.delete(name)
      entry.note('dropped', name, value, undefined, 'stands in the method of each vector field now')
    }
  },
}

/** True when a field at any depth of the mapping needs `index.knn`. */
export function needsKnn(mapping: JsonObject, { target }: RuleContext): boolean {
  return target.plugins.has(PLUGIN) && hasGraph(withoutMembers(mapping, '_meta'))
}

function hasGraph(object: JsonObject): boolean {
  if (object['type'] === 'knn_vector' && isJsonObject(object['method'])) return true
  return Object.values(object).some((value) => isJsonObject(value) && hasGraph(value))
}
