/** Every kind of finding in a configuration, as a closed list; codes are never renamed. */
export const DIAGNOSTIC_CODES = {
  CFG_EMPTY: 'The text holds no configuration.',
  CFG_NOT_A_MAP: 'The text is YAML, but not a map of keys.',
  CFG_SYNTAX: 'The text is not YAML.',
  CFG_INDENT: 'A line is indented by more or fewer spaces than its neighbours.',
  CFG_TAB: 'A tab stands where YAML wants spaces.',
  CFG_DUPLICATE_KEY: 'A key is there twice.',
  CFG_UNKNOWN_KEY: 'A key is not known here.',
  CFG_MISPLACED_KEY: 'A key is known, but belongs elsewhere.',
  CFG_MISSING_KEY: 'A key that is needed is not there.',
  CFG_WRONG_TYPE: 'A value has another type than its key takes.',
  CFG_WRONG_VALUE: 'A value is of the right type but not one its key takes.',
  CFG_UNQUOTED_VERSION: 'A version is written as a number, so its trailing zeros are lost.',
  CFG_VERSION: 'A version does not look like one.',
  CFG_ENDPOINT: 'An endpoint is not an http or https address.',
  CFG_NAME: 'A name has characters or a length that names cannot have.',
  CFG_UNKNOWN_SOURCE: 'A migration names a source cluster that is not there.',
  CFG_UNKNOWN_TARGET: 'A migration names a target cluster that is not there.',
  CFG_UNKNOWN_REFERENCE: 'A repository or snapshot is named that is not there.',
  CFG_SAME_CLUSTER: 'Source and target are the same cluster.',
  CFG_NOTHING_TO_DO: 'Metadata and documents are both switched off.',
  CFG_DUPLICATE_GROUP: 'The same indices are migrated twice.',
  CFG_PATTERN: 'An index pattern cannot match, or cannot be translated.',
  CFG_CONTRADICTION: 'Two keys say opposite things.',
  CFG_MIXED_FORMS: 'Keys of both forms of a configuration stand in one text.',
  CFG_UNSUPPORTED: 'The key is known from elsewhere, but this program cannot do what it asks.',
  CFG_INLINE_SECRET: 'A password stands in the text.',
  CFG_INSECURE: 'Verification of certificates is switched off.',
  CFG_UNUSED: 'A cluster is not used by any migration.',
  CFG_NO_EFFECT: 'A key is accepted and has no effect.',
} as const

/** The code of a finding. */
export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES

/** One finding in the text of a configuration, at a place. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  readonly code: DiagnosticCode
  /** One sentence without a full stop; never holds the value of a secret. */
  readonly message: string
  /** What to do about it. */
  readonly hint?: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  /** The column after the last marked character, on the same line. */
  readonly endColumn?: number
  /** Keys that lead to the place, from the top. */
  readonly path: readonly string[]
  /** The line of the text, with the value of a secret blanked out. */
  readonly sourceLine: string
}

/** True when a finding stops the configuration from being used. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}
