import { listFixtures } from '../../fixtures/load.ts'
import { testFixture } from '../../corpus/source/documents-suite.ts'

for (const fixture of listFixtures()) testFixture(fixture)
