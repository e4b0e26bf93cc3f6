// Writes the generated documents: `npm run docs`. The test test/unit/docs/generated.test.ts fails when one is not current.
import { writeFileSync } from 'node:fs'
import { generatedFiles } from './docs/generated.ts'

for (const [path, text] of await generatedFiles()) writeFileSync(new URL(`../${path}`, import.meta.url), text)
