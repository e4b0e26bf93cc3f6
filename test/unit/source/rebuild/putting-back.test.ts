import { testPuttingBack } from '../../../corpus/source/put-back-suite.ts'
import { listFixtures } from '../../../fixtures/load.ts'

// The columns of Elasticsearch 1.x are not read.
for (const fixture of listFixtures()) if (fixture.name !== 'es-1.7.6') testPuttingBack(fixture)
