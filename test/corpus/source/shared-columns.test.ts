import { expect, test } from 'vitest'
import { listSharedFixtures } from '../../fixtures/load.ts'
import { testColumnsAgainstSources } from './columns-against-sources.ts'
import { testColumns } from './columns-suite.ts'

// The servers of before 2.x wrote columns that are not read.
const fixtures = listSharedFixtures().filter(({ name }) => name !== 'es-1.7.6')
for (const fixture of fixtures) {
  testColumns(fixture)
  testColumnsAgainstSources(fixture)
}

test.skipIf(fixtures.length > 0)(
  'the folder ../shared/fixtures is absent, so only the committed columns were read',
  () => {
    expect(fixtures).toEqual([])
  },
)
