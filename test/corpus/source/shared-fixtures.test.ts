import { expect, test } from 'vitest'
import { listSharedFixtures } from '../../fixtures/load.ts'
import { testFixture } from './documents-suite.ts'

const fixtures = listSharedFixtures()
for (const fixture of fixtures) testFixture(fixture)

test.skipIf(fixtures.length > 0)(
  'the folder ../shared/fixtures is absent, so only the committed fixtures were read',
  () => {
    expect(fixtures).toEqual([])
  },
)
