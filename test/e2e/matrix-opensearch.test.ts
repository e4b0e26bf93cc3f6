import { testMigrationsFrom } from './matrix.ts'
import { OPENSEARCH_SOURCES } from './pairs.ts'

testMigrationsFrom(OPENSEARCH_SOURCES)
