/** Settings that the shop's indices share: small, without replicas, since there is one node. */
const SMALL = { number_of_shards: 1, number_of_replicas: 0 }
const KEYWORD = { type: 'keyword' }

/** A request that makes a part of the shop's schema. */
export interface SchemaRequest {
  readonly path: string
  readonly body: object
}

/** Templates of all three generations; the indices of orders and logs get their mappings from them. */
export const SHOP_TEMPLATES: readonly SchemaRequest[] = [
  {
    path: '/_template/shop-logs',
    body: {
      index_patterns: ['logs-*'],
      order: 1,
      settings: { ...SMALL, refresh_interval: '5s', codec: 'best_compression' },
      mappings: {
        properties: {
          '@timestamp': { type: 'date' },
          level: KEYWORD,
          host: KEYWORD,
          http: {
            properties: { method: KEYWORD, path: { type: 'keyword', ignore_above: 256 }, status: { type: 'short' } },
          },
          client_ip: { type: 'ip' },
          took_ms: { type: 'float' },
          message: { type: 'text', norms: false },
        },
      },
      aliases: { logs: {}, 'logs-errors': { filter: { term: { level: 'ERROR' } } } },
    },
  },
  {
    path: '/_component_template/shop-settings',
    body: { template: { settings: { number_of_replicas: 0, refresh_interval: '10s' } }, version: 2 },
  },
  {
    path: '/_component_template/shop-orders',
    body: {
      template: {
        mappings: {
          properties: {
            customer: KEYWORD,
            status: KEYWORD,
            ordered: { type: 'date_nanos' },
            total: { type: 'scaled_float', scaling_factor: 100 },
            items: {
              type: 'nested',
              properties: {
                product: KEYWORD,
                quantity: { type: 'integer' },
                price: { type: 'scaled_float', scaling_factor: 100 },
              },
            },
            shipping: { properties: { method: KEYWORD, express: { type: 'boolean' } } },
          },
        },
      },
      _meta: { owner: 'shop' },
    },
  },
  {
    path: '/_index_template/orders',
    body: {
      index_patterns: ['orders-*'],
      composed_of: ['shop-settings', 'shop-orders'],
      priority: 100,
      template: { settings: { number_of_shards: 2 }, aliases: { orders: {} } },
    },
  },
]

/** Indices with mappings of their own. */
export const SHOP_INDICES: readonly SchemaRequest[] = [
  {
    path: '/products',
    body: {
      settings: {
        ...SMALL,
        analysis: {
          filter: { shop_synonyms: { type: 'synonym', synonyms: ['backpack, rucksack', 'lamp, light'] } },
          analyzer: { shop_text: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'shop_synonyms'] } },
          normalizer: { folded: { type: 'custom', filter: ['lowercase', 'asciifolding'] } },
        },
      },
      mappings: {
        dynamic: 'strict',
        properties: {
          name: { type: 'text', analyzer: 'shop_text', fields: { raw: { type: 'keyword', normalizer: 'folded' } } },
          description: { type: 'text', analyzer: 'shop_text', term_vector: 'with_positions_offsets' },
          category: KEYWORD,
          tags: KEYWORD,
          price: { type: 'scaled_float', scaling_factor: 100 },
          warehouse_key: { type: 'long' },
          on_sale: { type: 'boolean' },
          stock: { type: 'integer' },
          weight_grams: { type: 'integer_range' },
          created: { type: 'date' },
          title: { type: 'alias', path: 'name' },
        },
      },
      aliases: { catalogue: {}, 'products-sale': { filter: { term: { on_sale: true } } } },
    },
  },
  {
    path: '/customers',
    body: {
      settings: { ...SMALL, number_of_shards: 3 },
      mappings: {
        properties: {
          name: { type: 'text', fields: { raw: KEYWORD } },
          email: KEYWORD,
          city: KEYWORD,
          country: KEYWORD,
          location: { type: 'geo_point' },
          last_ip: { type: 'ip' },
          newsletter: { type: 'boolean' },
          note: { type: 'text' },
          member_since: { type: 'date', format: 'epoch_millis' },
        },
      },
      aliases: { 'customers-japan': { filter: { term: { country: 'JP' } } } },
    },
  },
  {
    path: '/feedback',
    body: {
      settings: { ...SMALL, number_of_shards: 3 },
      mappings: {
        properties: {
          relation: { type: 'join', relations: { question: 'answer' } },
          product: KEYWORD,
          text: { type: 'text' },
          stars: { type: 'byte' },
        },
      },
    },
  },
  {
    path: '/stores',
    body: {
      settings: SMALL,
      mappings: {
        properties: {
          name: { type: 'text' },
          country: KEYWORD,
          location: { type: 'geo_point' },
          opening: { properties: { days: { type: 'integer_range' } } },
        },
      },
    },
  },
]

/** Aliases over several indices, one of them with an index to write to. */
export const SHOP_ALIASES: SchemaRequest = {
  path: '/_aliases',
  body: {
    actions: [
      { add: { index: 'orders-2023', alias: 'orders-write', is_write_index: false } },
      { add: { index: 'orders-2024', alias: 'orders-write', is_write_index: true } },
      { add: { index: 'orders-*', alias: 'orders-open', filter: { term: { status: 'open' } } } },
      { add: { index: 'customers', alias: 'customers-routed', index_routing: '7', search_routing: '7' } },
    ],
  },
}
