import { testMigrationsFrom } from './matrix.ts'
import { ELASTICSEARCH_SOURCES } from './pairs.ts'

testMigrationsFrom(ELASTICSEARCH_SOURCES)
