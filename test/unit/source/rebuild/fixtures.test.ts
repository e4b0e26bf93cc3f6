import { testRebuilding } from '../../../corpus/source/rebuild-suite.ts'
import { listFixtures } from '../../../fixtures/load.ts'

for (const fixture of listFixtures()) testRebuilding(fixture)
