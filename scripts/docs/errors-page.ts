import { EXIT_MEANINGS, exitCodeOf } from '../../src/cli/exit-codes.ts'
import { ERROR_CODES, type ErrorCode } from '../../src/core/error-codes.ts'

/** The text of docs/errors.md: every code of a failure and every exit code. */
export function errorsPage(): string {
  const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).toSorted()
  const rows = codes.map((code) => {
    const { meaning, remedy } = ERROR_CODES[code]
    return `| \`${code}\` | ${exitCodeOf(code)} | ${cell(meaning)} | ${cell(remedy)} |`
  })
  const exits = Object.entries(EXIT_MEANINGS).map(([code, meaning]) => `| ${code} | ${cell(meaning)} |`)
  return `# Errors

A foreseen failure is shown as one sentence, which says what was done to what and why that went wrong, followed by its code and
a hint. Codes are never renamed, so scripts may rely on them; \`workflow explain CODE\` shows an entry of this list. This page is
generated from the source with \`npm run docs\`, and a test keeps it current.

## Codes of failures

| code | exit code | meaning | what usually helps |
| ---- | --------- | ------- | ------------------ |
${rows.join('\n')}

## Exit codes

| code | meaning |
| ---- | ------- |
${exits.join('\n')}
`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
