import { testColumns } from '../../corpus/source/columns-suite.ts'
import { listFixtures } from '../../fixtures/load.ts'

for (const fixture of listFixtures()) testColumns(fixture)
