/** A configuration with one mistake (or a few), to be found at the places in the golden renderings. */
export interface Mistake {
  /** As the name of the golden rendering. */
  readonly name: string
  readonly text: string
}

/** A good configuration that mistakes are made in. */
export const GOOD = `sourceClusters:
  shop:
    endpoint: https://shop.example:9200
    version: "7.10.2"
    authConfig:
      basic:
        username: reader
        passwordFromFile: /run/secrets/shop
targetClusters:
  search:
    endpoint: https://search.example:9200
migrations:
  - sourceCluster: shop
    targetCluster: search
    snapshotMigrations:
      - indices: ["orders-*"]
        metadataMigration:
          enabled: true
        documentBackfill:
          enabled: true
`

function change(name: string, from: string, to: string): Mistake {
  if (!GOOD.includes(from)) throw new Error(`${name}: the good configuration has no '${from}'`)
  return { name, text: GOOD.replace(from, to) }
}

/** Mistakes that people are likely to make. */
export const MISTAKES: readonly Mistake[] = [
  { name: 'empty file', text: '' },
  { name: 'only a comment', text: '# nothing yet\n' },
  { name: 'a sentence instead of YAML', text: 'please migrate everything\n' },
  { name: 'a list at the top', text: '- sourceClusters\n- targetClusters\n' },
  { name: 'JSON that is cut off', text: '{"sourceClusters": {"shop": {"endpoint": "https://shop.example:9200"}}' },
  change('a tab as indentation', '    endpoint: https://shop', '\tendpoint: https://shop'),
  change('a key indented too little', '    version: "7.10.2"', '   version: "7.10.2"'),
  change('a key indented too far', '    version: "7.10.2"', '      version: "7.10.2"'),
  change('a list entry indented too far', '        metadataMigration:', '         metadataMigration:'),
  change('clusters not indented', '  shop:\n    endpoint', 'shop:\n    endpoint'),
  change('no space after a colon', 'sourceCluster: shop', 'sourceCluster:shop'),
  change('no colon after a key', 'targetClusters:', 'targetClusters'),
  change('two keys on a line', 'sourceCluster: shop\n', 'sourceCluster: shop targetCluster: search\n'),
  change('a quotation mark that is not closed', '"7.10.2"', '"7.10.2'),
  change('a bracket that is not closed', '["orders-*"]', '["orders-*"'),
  change('a star without quotes', '["orders-*"]', '[*]'),
  change('an anchor that is not there', '["orders-*"]', '[*orders]'),
  change('a second document', 'migrations:', '---\nmigrations:'),
  change('a value that begins with an at sign', 'username: reader', 'username: @reader'),
  change('a key that is there twice', '    version: "7.10.2"', '    version: "7.10.2"\n    version: "7.17.0"'),
  change(
    'a cluster that is there twice',
    'targetClusters:',
    '  shop:\n    endpoint: https://other.example\ntargetClusters:',
  ),
  change(
    'a switch that is there twice',
    '          enabled: true',
    '          enabled: true\n          enabled: false',
  ),
  change('a version without quotes', '"7.10.2"', '2.11'),
  change('a version whose zero is lost', '"7.10.2"', '7.10'),
  change('a major version alone', '"7.10.2"', '"7"'),
  change('a version of Solr', '"7.10.2"', 'SOLR 8.11.0'),
  change('a misspelt key', '- indices', '- indicies'),
  change('a key in other spelling', 'authConfig', 'auth_config'),
  change('a word for another key', 'endpoint: https://shop', 'url: https://shop'),
  change('a key that nobody knows', '    version: "7.10.2"', '    colour: blue'),
  change('a key in the wrong place', 'targetClusters:', 'documentBackfill:\n  enabled: true\ntargetClusters:'),
  change('a key without value', '          enabled: true', '          enabled:'),
  change('a block without content', 'documentBackfill:\n          enabled: true', 'documentBackfill:'),
  change('an endpoint without scheme', 'https://shop.example:9200', 'shop.example:9200'),
  change('an endpoint with another scheme', 'https://shop.example:9200', 'tcp://shop.example:9200'),
  change('a password in the endpoint', 'https://shop.example:9200', 'https://reader:hunter2@shop.example:9200'),
  change('a query in the endpoint', 'https://shop.example:9200', 'https://shop.example:9200/?pretty'),
  change('no endpoint', '    endpoint: https://search.example:9200', '    connections: 4'),
  change('a cluster that is missing', 'sourceCluster: shop', 'sourceCluster: shoop'),
  change('a target among the sources', 'targetCluster: search', 'targetCluster: shop'),
  change('source and target are one', 'https://search.example:9200', 'https://shop.example:9200/'),
  change('a text instead of a list', '["orders-*"]', '"orders-*"'),
  change('a comma in a pattern', '["orders-*"]', '["orders-*,users"]'),
  change('only exclusions', '["orders-*"]', '["-orders-old"]'),
  change('an upper case pattern', '["orders-*"]', '["Orders-*"]'),
  change('an empty list', '["orders-*"]', '[]'),
  change('no indices', '- indices: ["orders-*"]\n        ', '- '),
  change('a map instead of a list', '  - sourceCluster: shop\n', '    sourceCluster: shop\n'),
  change('yes instead of true', 'enabled: true', 'enabled: yes'),
  change('a size with a unit', 'documentBackfill:\n', 'documentBackfill:\n          bulkBytes: 10mb\n'),
  change('a number below the least', 'documentBackfill:\n', 'documentBackfill:\n          workers: 0\n'),
  change('a fraction', 'documentBackfill:\n', 'documentBackfill:\n          workers: 1.5\n'),
  change('a choice that is not there', 'documentBackfill:\n', 'documentBackfill:\n          onConflict: overwite\n'),
  change(
    'nothing to do',
    'enabled: true\n        documentBackfill:\n          enabled: true',
    'enabled: false\n        documentBackfill:\n          enabled: false',
  ),
  change(
    'a group that is there twice',
    '      - indices: ["orders-*"]',
    '      - indices: ["orders-*"]\n      - indices: ["orders-*"]',
  ),
  change('an inline password', 'passwordFromFile: /run/secrets/shop', 'password: hunter2'),
  change('a password that is a number', 'passwordFromFile: /run/secrets/shop', 'password: 123456'),
  change(
    'a password twice',
    'passwordFromFile',
    'password: hunter2\n        passwordFromEnv: SHOP\n        passwordFromFile',
  ),
  change('no password', '        passwordFromFile: /run/secrets/shop\n', ''),
  change('two ways to authenticate', '      basic:', '      sigv4: { region: eu-west-1 }\n      basic:'),
  change('certificates not verified', '    version: "7.10.2"', '    tls: { verify: false }'),
  change(
    'a bucket without scheme',
    '    version: "7.10.2"',
    '    snapshotRepo:\n      s3RepoPathUri: my-bucket/snapshots',
  ),
  change(
    'a bucket of another cloud',
    '    version: "7.10.2"',
    '    snapshotRepo:\n      s3RepoPathUri: gs://my-bucket/snapshots',
  ),
  change('a region without bucket', '    version: "7.10.2"', '    snapshotRepo:\n      aws_region: us-east-1'),
  change('a relative folder', '    version: "7.10.2"', '    snapshotRepo:\n      fsRepoPath: snapshots'),
  change(
    'both kinds of repository',
    '    version: "7.10.2"',
    '    snapshotRepo: { s3RepoPathUri: s3://bucket/a, fsRepoPath: /mnt/a }',
  ),
  change(
    'a snapshot to take and to read',
    '- indices: ["orders-*"]',
    '- indices: ["orders-*"]\n        snapshot: latest\n        createSnapshot: { enabled: true }',
  ),
  change(
    'a cluster that nobody uses',
    'targetClusters:',
    '  spare:\n    endpoint: https://spare.example\ntargetClusters:',
  ),
  change('a name with spaces', '  search:\n', '  my search:\n'),
  change('both forms at once', 'migrations:', 'snapshotMigrationConfigs: []\nmigrations:'),
  {
    name: 'many mistakes at once',
    text: GOOD.replace('"7.10.2"', '7.10')
      .replace('https://search.example:9200', 'search.example:9200')
      .replace('sourceCluster: shop', 'sourceCluster: shpo')
      .replace('indices', 'index')
      .replace('enabled: true', 'enabled: on'),
  },
]
