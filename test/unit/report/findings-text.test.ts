import { expect, test } from 'vitest'
import { ok, problem, warning } from '../../../src/doctor/finding.ts'
import { renderFindings } from '../../../src/report/findings-text.ts'

const FINDINGS = [
  ok('reachable', 'source prod', 'it answers'),
  problem('authentication', 'target new', 'status 401', 'Check user name and password.'),
  warning('disk', 'source prod', 'it is small', 'Add disk.'),
]

test('findings are grouped by cluster, with a remedy under each that is not ok, and totals', () => {
  expect(renderFindings(FINDINGS, { color: false })).toBe(`source prod
  ✓ reachable       it answers
  ⚠ disk            it is small
                    → Add disk.

target new
  ✗ authentication  status 401
                    → Check user name and password.

1 problem, 1 warning, 1 ok; solve the problems before workflow submit
`)
})

test('marks have colours where they may', () => {
  expect(renderFindings(FINDINGS, { color: true })).toContain('\u001b[31m✗\u001b[0m authentication')
})
