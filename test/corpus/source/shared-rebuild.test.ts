import { expect, test } from 'vitest'
import { listSharedFixtures } from '../../fixtures/load.ts'
import { testRebuilding } from './rebuild-suite.ts'

const fixtures = listSharedFixtures()
for (const fixture of fixtures) testRebuilding(fixture)

test.skipIf(fixtures.length > 0)(
  'the folder ../shared/fixtures is absent, so only the committed fixtures were rebuilt',
  () => {
    expect(fixtures).toEqual([])
  },
)
