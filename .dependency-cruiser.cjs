/** Folder levels of docs/architecture.md: a file imports from its own folder, from core/ and from lower levels. */
const levels = [
  ['core'],
  ['codec', 'blob', 'http', 'kubernetes'],
  ['lucene', 'repository', 'metadata', 'cluster'],
  ['source', 'coordination', 'config'],
  ['plan', 'verify'],
  ['steps', 'doctor'],
  ['report'],
  ['engine'],
  ['ui'],
  ['cli'],
]

const levelRules = levels.flatMap((folders, level) =>
  folders.map((folder) => ({
    name: `level-${level}-${folder}`,
    comment: `${folder}/ may import itself, core/ and folders below level ${level}; folders of one level stay apart.`,
    severity: 'error',
    from: { path: `^src/${folder}/` },
    to: {
      path: '^src/',
      pathNot: [
        `^src/${folder}/`,
        '^src/core/',
        ...levels
          .slice(0, level)
          .flat()
          .map((lower) => `^src/${lower}/`),
      ],
    },
  })),
)

/** Where a module with side effects on the outside world may be imported, and why only there. */
const worldRules = [
  [
    'fs',
    '^(node:)?fs(/promises)?$',
    ['blob', 'config', 'engine', 'coordination', 'http', 'kubernetes', 'cli'],
    'files are touched only by stores, the state folder and the CLI',
  ],
  ['undici', '(^|/)undici', ['blob', 'http'], 'HTTP goes through http/, object stores and Kubernetes aside'],
  ['aws', '@aws-sdk|@smithy|@aws-crypto', ['blob', 'http'], 'cloud SDKs stay behind blob/ and http/'],
  [
    'net',
    '^(node:)?(net|tls|http|https)$',
    ['blob', 'http', 'kubernetes'],
    'sockets are opened by http/, blob/ and kubernetes/ alone',
  ],
].map(([name, path, folders, comment]) => ({
  name: `world-${name}`,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: folders.map((folder) => `^src/${folder}/`) },
  to: { path },
}))

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle means that two files are one idea.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-tests-in-src',
      comment: 'The program never imports its tests.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    ...levelRules,
    ...worldRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
}
