import js from '@eslint/js'
import tseslint from 'typescript-eslint'

/** Globals that only `core/`, `cli/` and the entry points may touch, so that the rest runs under a simulated world. */
const worldGlobals = ['process', 'console', 'setTimeout', 'setInterval', 'setImmediate', 'fetch'].map((name) => ({
  name,
  message: `Only core/ and cli/ touch '${name}': take a Clock, Io or other injected value instead.`,
}))
const worldProperties = [
  { object: 'Date', property: 'now', message: 'Take a Clock from core/clock.ts.' },
  { object: 'Math', property: 'random', message: 'Take a Random from core/random.ts.' },
]

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'test/fixtures/*/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true, varsIgnorePattern: '^_' },
      ],
      'max-lines': ['error', { max: 600 }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/core/**', 'src/cli/**'],
    rules: {
      'no-restricted-globals': ['error', ...worldGlobals],
      'no-restricted-properties': ['error', ...worldProperties],
    },
  },
  {
    files: ['**/*.js', '**/*.cjs', '**/*.mjs', 'bin/workflow'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', module: 'writable' } },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: { '@typescript-eslint/require-await': 'off', '@typescript-eslint/no-unnecessary-condition': 'off' },
  },
)
