import { readFileSync } from 'node:fs'
import prettier from 'prettier'
import { compatibilityPage, sourcesTable } from './compatibility-page.ts'
import { errorsPage } from './errors-page.ts'

const ROOT = new URL('../../', import.meta.url)
const TABLE = /(<!-- generated: sources -->\n)[\s\S]*?(<!-- end -->)/

/** Every file with generated text: its path in the repository, and the text it has to have. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const readme = readFileSync(new URL('README.md', ROOT), 'utf8')
  if (!TABLE.test(readme)) throw new Error('README.md has no place for the table of sources')
  const texts = {
    'docs/errors.md': errorsPage(),
    'docs/compatibility.md': compatibilityPage(),
    'README.md': readme.replace(TABLE, (_match, start: string, end: string) => `${start}\n${sourcesTable()}\n${end}`),
  }
  const options = await prettier.resolveConfig(new URL('README.md', ROOT))
  const formatted = Object.entries(texts).map(
    async ([path, text]) => [path, await prettier.format(text, { ...options, parser: 'markdown' })] as const,
  )
  return new Map(await Promise.all(formatted))
}
